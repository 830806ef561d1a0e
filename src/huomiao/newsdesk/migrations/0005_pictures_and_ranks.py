"""Pictures that were kept as pages and asked for by the hour, and where the addresses that are known stand."""

from django.db import migrations

SOURCES = ("feed", "sitemap", "list")


def sort(apps, _schema_editor):
    address = apps.get_model("newsdesk", "Address")
    picture = apps.get_model("newsdesk", "Picture")
    capture = apps.get_model("newsdesk", "Capture")
    shown = picture.objects.values("url_hash")
    came = capture.objects.filter(content_type__startswith="image/", address__isnull=False).values("address")
    pages = address.objects.filter(kind="page")
    pages.filter(url_hash__in=shown).update(kind="picture")
    pages.filter(pk__in=came).update(kind="picture")
    address.objects.filter(kind="picture", status__in=(200, 304)).update(due_at=None)
    address.objects.filter(kind__in=SOURCES).update(rank=0)
    address.objects.exclude(kind__in=SOURCES).filter(visited_at__isnull=False).update(rank=2)


class Migration(migrations.Migration):
    dependencies = [("newsdesk", "0004_pictures_once")]

    operations = [migrations.RunPython(sort, migrations.RunPython.noop)]
