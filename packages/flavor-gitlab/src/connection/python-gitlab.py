"""What python-gitlab makes of configurations: a list of cases comes in as JSON, and what each gives goes out."""

import json
import os
import sys

import gitlab
import gitlab.config


def outcome(case):
    os.environ.clear()
    os.environ.update(case["environment"])
    gitlab.config._DEFAULT_FILES = case["defaultFiles"]
    try:
        one = gitlab.Gitlab.from_config(case["section"])
    except Exception as error:
        return {"error": type(error).__name__}
    return {
        "url": one.url,
        "token": one.private_token or one.oauth_token or None,
        "jobToken": one.job_token or None,
        "sslVerify": one.ssl_verify,
        "timeout": one.timeout,
        "username": one.http_username,
    }


print(json.dumps([outcome(case) for case in json.load(sys.stdin)]))
