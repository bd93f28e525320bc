"""What a person reads when the API, or what stands at its address, refuses."""

import httpx

from surveyor_cli.api.client import problem_text


def test_a_problem_is_told_with_its_fields_each_once() -> None:
    errors = [{"field": "name", "message": "is taken"}, {"field": "limit", "message": "is too large"}]
    answer = httpx.Response(422, json={"title": "Not valid", "detail": "name: is taken", "errors": errors})
    assert problem_text(answer) == "name: is taken; limit: is too large"


def test_a_problem_without_details_is_told_by_its_title() -> None:
    answer = httpx.Response(404, json={"title": "There is no such page", "detail": ""})
    assert problem_text(answer) == "There is no such page"


def test_what_is_no_problem_document_is_told_by_its_status() -> None:
    assert problem_text(httpx.Response(404, text="<html>")) == "the API answered 404 Not Found"
