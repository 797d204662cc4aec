"""Whether the files of deploy/ agree with each other: references of the template, its
parameters and README.md, what the state machine is given, and how its tasks fail.
    python3 deploy_check.py FOLDER
Prints a line a finding; the exit status is 1 when there are some."""

import json
import re
import sys

PSEUDO = {"AWS::AccountId", "AWS::Partition", "AWS::Region", "AWS::StackName"}
NAMES = re.compile(r"\$\{([^}!]+)\}")


def load(folder, name):
    with open(f"{folder}/{name}", encoding="utf-8") as file:
        return file.read()


def walk(value):
    """Every object in a value, itself first."""
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from walk(one)


def references(template):
    """The names that a template's values refer to."""
    for value in walk({name: template[name] for name in ("Resources", "Outputs", "Conditions")}):
        if "Ref" in value:
            yield value["Ref"]
        if "Fn::GetAtt" in value:
            yield value["Fn::GetAtt"][0]
        if isinstance(value.get("Fn::Sub"), str):
            yield from (name.split(".")[0] for name in NAMES.findall(value["Fn::Sub"]))


def check_references(template):
    known = set(template["Parameters"]) | set(template["Resources"]) | PSEUDO
    used = set(references(template))
    for name in sorted(used - known):
        yield f"the template refers to {name}, which it does not have"
    for name in sorted(set(template["Parameters"]) - used):
        yield f"nothing uses the parameter {name}"
    conditions = {value["Fn::If"][0] for value in walk(template["Resources"]) if "Fn::If" in value}
    for name in sorted(conditions ^ set(template["Conditions"])):
        yield f"the condition {name} is not there, or nothing uses it"


def check_readme(template, readme):
    section = readme.split("\n## Parameters\n")[1].split("\n## ")[0]
    rows = dict(re.findall(r"^\| `(\w+)` \| ([^|]+?) \|", section, re.MULTILINE))
    for name, parameter in template["Parameters"].items():
        default = f"`{parameter['Default']}`" if "Default" in parameter else "needed"
        if rows.pop(name, None) != default:
            yield f"README.md has no row of the parameter {name} with {default}"
    for name in rows:
        yield f"README.md has a parameter {name}, which the template does not have"


def check_substitutions(template, machine):
    (resource,) = (
        one for one in template["Resources"].values() if one["Type"].endswith("::StateMachine")
    )
    given = set(resource["Properties"]["DefinitionSubstitutions"])
    for name in sorted(given ^ set(NAMES.findall(machine))):
        yield f"the machine is not given ${{{name}}}, or does not use it"


def check_environment(template):
    """Functions and tasks are told the same."""
    told = []
    for resource in template["Resources"].values():
        properties = resource["Properties"]
        if resource["Type"] == "AWS::Lambda::Function":
            told.append(set(properties["Environment"]["Variables"]))
        for container in properties.get("ContainerDefinitions", []):
            told.append({one["Name"] for one in container["Environment"] + container["Secrets"]})
    if len(told) != 3 or any(one != told[0] for one in told):
        yield "the functions and the task are not told the same variables"


def check_states(machine):
    for value in walk(machine):
        for name, state in value.get("States", {}).items():
            if state["Type"] == "Task":
                yield from (f"{name}: {finding}" for finding in check_task(state))


def check_task(state):
    if not {"TimeoutSeconds", "TimeoutSecondsPath"} & set(state):
        yield "no timeout"
    retried = [one for one in state.get("Retry", []) if one.get("MaxAttempts") != 0]
    errors = [error for one in retried for error in one["ErrorEquals"]]
    if {"BadInput", "States.ALL"} & set(errors):
        yield "what cannot be mended is tried again"
    for one in retried:
        if one.get("BackoffRate") != 2 or one.get("JitterStrategy") != "FULL":
            yield f"{one['ErrorEquals'][0]}: no exponential backoff with full jitter"
        if one.get("MaxDelaySeconds", 0) <= one["IntervalSeconds"]:
            yield f"{one['ErrorEquals'][0]}: no longest delay"
    if "runTask" not in state["Resource"]:
        for error in ("Lambda.TooManyRequestsException", "LeaseHeld", "Throttled"):
            if error not in errors:
                yield f"{error} is not tried again"
    elif "States.TaskFailed" not in errors:
        yield "a task that failed is not tried again"


def main(folder):
    template = json.loads(load(folder, "template.json"))
    machine = load(folder, "machine.asl.json")
    findings = [
        *check_references(template),
        *check_readme(template, load(folder, "README.md")),
        *check_substitutions(template, machine),
        *check_environment(template),
        *check_states(json.loads(machine)),
    ]
    print("\n".join(findings))
    return bool(findings)


sys.exit(main(sys.argv[1]))
