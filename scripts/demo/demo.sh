#!/usr/bin/env bash
# Shows the whole line on this machine alone: a sandbox company, a gateway in
# front of it, integrations and credentials made by Terraform, a plain Personio
# client that reads what one of these credentials may read, and a sync rule that
# keeps accounts and groups on a SCIM target in line with the company.
#
# The gateway's database is SQLite, or an empty one that DEMO_DATABASE names.
#
# Needs bin/ (make build). Everything it writes is in one work folder, which is
# removed at the end, like the one process it starts.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
root=$PWD
work=$(mktemp -d "${TMPDIR:-/tmp}/personio-demo.XXXXXX")
gateway_pid=

# finish stops the gateway, shows its log if something went wrong, and removes
# the work folder, whichever way the script ends.
finish() {
	local code=$?
	trap - EXIT
	if [[ -n $gateway_pid ]]; then
		kill "$gateway_pid" 2>/dev/null || true
		wait "$gateway_pid" || true
	fi
	if ((code != 0)); then
		echo "demo: failed with status $code" >&2
		if [[ -s $work/gateway.log ]]; then
			echo "demo: the last lines of the gateway's log:" >&2
			tail -n 20 "$work/gateway.log" >&2
		fi
	fi
	rm -rf "$work"
	exit "$code"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

step() { printf '\n== %s\n' "$*"; }
fail() {
	echo "demo: $*" >&2
	exit 1
}

# plan_is_empty runs a plan and fails if it would change anything.
plan_is_empty() {
	local code=0
	"$terraform" plan -input=false -detailed-exitcode || code=$?
	case $code in
	0) ;;
	2) fail "the plan should be empty" ;;
	*) fail "terraform plan failed with status $code" ;;
	esac
}

# sync_status prints how the sync of examples/complete went.
sync_status() {
	"$terraform" output -json sync_status |
		"$work/table" name state status provisioned updated deprovisioned unchanged failed groups_created
}

# read_employees is the outside client with the credential of "Reporting". The
# lists are what examples/complete grants to it: all of it over v1; over
# /v2/persons what v2 keeps with the person and not with the employment.
read_employees() {
	PERSONIO_CLIENT_ID=$1 PERSONIO_CLIENT_SECRET=$2 "$work/client" \
		-base-url "$gateway_url" \
		-v1 first_name,last_name,status,department,hire_date,dynamic_4711 \
		-v2 first_name,last_name,status,dynamic_4711
}

step "Looking for a Terraform CLI"
terraform=$(go run ./scripts/terraformpath)

# Nothing that the caller's shell says to Terraform, the provider or the gateway
# shall reach the demo, nor the demo write into the caller's caches.
unset "${!TF_@}" "${!PERSONIO_@}"
export CHECKPOINT_DISABLE=1 TF_IN_AUTOMATION=1 TF_CLI_CONFIG_FILE=$work/terraform.rc
[[ -t 1 ]] || export TF_CLI_ARGS=-no-color
export TMPDIR=$work/tmp
mkdir "$TMPDIR"

go build -o "$work/client" ./scripts/demo/client
go build -o "$work/table" ./scripts/demo/table
go build -o "$work/synccheck" ./scripts/demo/synccheck

# A mirror on disk in place of the Registry, so that terraform init really runs.
platform=$(go env GOOS)_$(go env GOARCH)
mirror=$work/mirror/registry.terraform.io/personio-community/personio/0.1.0/$platform
mkdir -p "$mirror"
cp bin/terraform-provider-personio "$mirror/terraform-provider-personio_v0.1.0"
cat >"$TF_CLI_CONFIG_FILE" <<RC
provider_installation {
  filesystem_mirror {
    path = "$work/mirror"
  }
}
RC
cp -R examples/complete "$work/complete"

step "Starting the sandbox and its gateway"
# Reading from a pipe waits for the line that says ready, and ends at once if
# the gateway does.
mkfifo "$work/ready"
"$root/bin/personio-gateway" sandbox --env-file "$work/env" --database "${DEMO_DATABASE:-}" >"$work/ready" 2>"$work/gateway.log" &
gateway_pid=$!
exec 3<"$work/ready"
read -r -t 20 -u 3 _ || fail "the gateway did not become ready"
# shellcheck source=/dev/null
. "$work/env"
gateway_url=$PERSONIO_BASE_URL
echo "gateway: $gateway_url"

cd "$work/complete"

step "terraform init"
"$terraform" init -input=false

step "terraform plan"
"$terraform" plan -input=false -out="$work/plan"

step "terraform apply"
"$terraform" apply -input=false "$work/plan"

step "A second plan is empty"
plan_is_empty

# The first run came with the activation of the rule, and apply waited for it.
step "Accounts and groups at the SCIM target"
"$work/synccheck"

step "A Personio client reads employees with the credential of Reporting"
client_id=$("$terraform" output -raw reporting_client_id)
client_secret=$("$terraform" output -raw reporting_client_secret)
read_employees "$client_id" "$client_secret"

step "Connected integrations"
"$terraform" apply -refresh-only -auto-approve -input=false >"$work/refresh.log" ||
	{ cat "$work/refresh.log" >&2; fail "terraform apply -refresh-only failed"; }
"$terraform" output -json connected_integrations | "$work/table" name status attributes

sync_status

step "Somebody is promoted, and the sync runs again"
"$work/synccheck" -promote
"$terraform" apply -auto-approve -input=false -var run=2 >"$work/run.log" || { cat "$work/run.log" >&2; fail "the second run failed"; }
"$terraform" apply -refresh-only -auto-approve -input=false -var run=2 >"$work/refresh.log"
sync_status
"$work/synccheck"
export TF_VAR_run=2

step "The plan is still empty"
plan_is_empty

step "terraform destroy"
"$terraform" destroy -auto-approve -input=false

step "The destroyed credential is refused"
if refusal=$(read_employees "$client_id" "$client_secret" 2>&1); then
	fail "the credential still works after terraform destroy"
fi
echo "$refusal"
[[ $refusal == *"POST /v1/auth: 401"* ]] || fail "it should have been refused at sign-in with 401"

step "Done in ${SECONDS} s"
