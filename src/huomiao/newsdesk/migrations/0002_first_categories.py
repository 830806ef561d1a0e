"""The categories that a new desk begins with; editors add their own."""

from django.db import migrations

# (slug, name, whether it is one of the programme's own), in the order of the page.
FIRST = (
    ("innovation", "职工创新", True),
    ("skills", "劳动竞赛", True),
    ("practice", "岗位练兵", True),
    ("models", "劳模工匠", True),
    ("unions", "工会工作", True),
    ("domestic", "国内", False),
    ("world", "国际", False),
    ("society", "社会", False),
    ("economy", "经济", False),
    ("science", "科技", False),
    ("culture", "文化", False),
    ("education", "教育", False),
    ("health", "健康", False),
    ("sports", "体育", False),
    ("military", "军事", False),
)


def put_up(apps, _schema_editor):
    category = apps.get_model("newsdesk", "Category")
    for position, (slug, name, is_own) in enumerate(FIRST, 1):
        category.objects.get_or_create(slug=slug, defaults={"name": name, "is_own": is_own, "position": position * 10})


class Migration(migrations.Migration):
    dependencies = [("newsdesk", "0001_initial")]

    operations = [migrations.RunPython(put_up, migrations.RunPython.noop)]
