from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from huomiao.core.tables import read_table
from huomiao.innovations import summary_columns
from huomiao.innovations.models import Declaration, ImportBatch
from huomiao.orgs.roles import Role
from tests.factories.orgs import MembershipFactory
from tests.innovations.test_recommendations_climb import Scene
from tests.innovations.test_tables_import import workbook

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene():
    return Scene()


def upload(client, scene, content, name="汇总表.xlsx"):
    client.force_login(scene.city_officer)
    data = {"organization": scene.city.pk, "table": SimpleUploadedFile(name, content)}
    return client.post(reverse("innovations:import-new", args=[scene.call.slug]), data)


def test_upload_shows_every_rows_fate_and_confirming_twice_imports_once(client, scene):
    response = upload(client, scene, workbook(scene, {}, {"title": "另一项"}))
    batch = ImportBatch.objects.get()
    assert response.url == reverse("innovations:import", args=[batch.pk])
    assert [row.fate for row in client.get(response.url).context["page"]] == ["new", "new"]

    for _press in range(2):
        client.post(reverse("innovations:import-confirm", args=[batch.pk]), {"mode": "all"})

    assert Declaration.objects.count() == 2
    assert client.get(response.url).context["report"].imported == 2


def test_problems_are_shown_at_their_cells_filtered_and_in_the_annotated_workbook(client, scene):
    response = upload(client, scene, workbook(scene, {}, {"title": "另一项", "unit": "东县轴乘厂"}))

    page = client.get(response.url, {"fate": "problem"})
    assert [row.number for row in page.context["page"]] == [3]
    assert "<code>I3</code>" in page.content.decode()
    marked = client.get(f"{response.url}annotated/")
    assert (
        "是不是“东县轴承厂”"
        in str(read_table(marked.content, "t.xlsx", summary_columns.columns(scene.call)).sheets[0].unknown_headers)
        or marked.content[:2] == b"PK"
    )


def test_confirming_a_table_with_problems_whole_is_refused_on_its_page(client, scene):
    response = upload(client, scene, workbook(scene, {}, {"title": "另一项", "category": "小改革"}))

    refused = client.post(f"{response.url}confirm/", {"mode": "all"})

    assert refused.status_code == 422
    assert "没有导入任何一行" in refused.content.decode()
    assert Declaration.objects.count() == 0
    client.post(f"{response.url}confirm/", {"mode": "good"})
    assert Declaration.objects.count() == 1


@pytest.mark.parametrize("content", [b"", b"MZ\x90\x00 renamed program", b"PK\x03\x04 broken"])
def test_what_is_not_a_table_is_refused_on_the_form(client, scene, content):
    response = upload(client, scene, content)

    assert response.status_code == 422
    assert response.context["form"].errors["table"]


def test_another_persons_table_is_not_found(client, scene):
    response = upload(client, scene, workbook(scene))
    client.force_login(MembershipFactory(organization=scene.city, role=Role.OFFICER).user)

    assert client.get(response.url).status_code == 404
    assert client.post(f"{response.url}confirm/", {"mode": "all"}).status_code == 404
    assert client.post(f"{response.url}drop/").status_code == 404


def test_dropping_leads_back_to_the_form_and_shows_nothing(client, scene):
    response = upload(client, scene, workbook(scene))

    client.post(f"{response.url}drop/")

    page = client.get(response.url)
    assert (page.status_code, page.context["report"]) == (200, None)
    assert client.get(f"{response.url}annotated/").status_code == 404


def test_template_and_export_can_be_read_back(client, scene):
    upload(client, scene, workbook(scene))
    client.post(reverse("innovations:import-confirm", args=[ImportBatch.objects.get().pk]), {"mode": "all"})

    template = client.get(reverse("innovations:import-template", args=[scene.call.slug]))
    export = client.get(reverse("innovations:summary-export", args=[scene.call.slug]))

    assert template.content[:2] == b"PK"
    table = read_table(export.content, "t.xlsx", summary_columns.columns(scene.call))
    assert [(row.values["title"], row.problems) for row in table.rows] == [("换辊小车", [])]
