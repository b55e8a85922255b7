from tests.deploy import packaged


def test_redirect_runs_the_code_of_the_api_function_with_its_own_role_and_only_the_variables_that_it_reads() -> None:
    resources = packaged.template()["Resources"]
    api, redirect = resources["APIHandler"]["Properties"], resources["Redirect"]["Properties"]
    same = ("Runtime", "Handler", "CodeUri", "Layers", "Architectures")
    assert {name: redirect[name] for name in same} == {name: api[name] for name in same}
    assert redirect["Role"] == {"Fn::GetAtt": ["RedirectRole", "Arn"]}
    assert (redirect["MemorySize"], redirect["Timeout"]) == (1024, 10)
    assert "POSTBACKS_QUEUE_URL" not in redirect["Environment"]["Variables"]
    assert redirect["Environment"]["Variables"]["TABLE_PREFIX"] == api["Environment"]["Variables"]["TABLE_PREFIX"]


def test_function_of_the_redirect_registers_redirects_only() -> None:
    resources = packaged.template()["Resources"]
    variables = {name: resources[name]["Properties"]["Environment"]["Variables"] for name in ("APIHandler", "Redirect")}
    assert {name: held.get("ONLY_REDIRECT") for name, held in variables.items()} == {
        "APIHandler": None,
        "Redirect": "1",
    }


def test_redirect_of_the_local_stack_waits_longer_for_its_table() -> None:
    redirect = packaged.template("local")["Resources"]["Redirect"]["Properties"]
    assert redirect["Environment"]["Variables"]["CLICK_SECONDS"] == "3"
    assert "CLICK_SECONDS" not in packaged.template()["Resources"]["Redirect"]["Properties"]["Environment"]["Variables"]


def test_links_of_the_rest_api_run_the_redirect_and_everything_else_the_api_function() -> None:
    paths = packaged.template()["Resources"]["RestAPI"]["Properties"]["DefinitionBody"]["paths"]
    for path, methods in paths.items():
        function = "Redirect" if path.startswith("/s/") else "APIHandler"
        for method, operation in methods.items():
            _, references = operation["x-amazon-apigateway-integration"]["uri"]["Fn::Sub"]
            assert references == {"Alias": {"Ref": f"{function}.Alias"}}, (path, method)


def test_redirect_reserves_no_processes_unless_a_number_is_given() -> None:
    template = packaged.template()
    assert template["Parameters"]["RedirectConcurrency"]["Default"] == -1
    assert template["Resources"]["Redirect"]["Properties"]["ReservedConcurrentExecutions"] == {
        "Fn::If": ["HasRedirectConcurrency", {"Ref": "RedirectConcurrency"}, {"Ref": "AWS::NoValue"}]
    }


def test_lambda_logs_nothing_for_a_click_that_goes_well() -> None:
    logging = packaged.template()["Resources"]["Redirect"]["Properties"]["LoggingConfig"]
    assert logging == {"LogFormat": "JSON", "SystemLogLevel": "WARN", "ApplicationLogLevel": "INFO"}
