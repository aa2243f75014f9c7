#!/usr/bin/env bash
# A real Request Tracker 5 on loopback, from Debian's packages, with a database of its own that is thrown away with its
# folder. Installing needs root and about a minute, starting ten seconds.
#   start.sh [--no-install]
# RT_PORT (8090), RT_RUN_DIR (configuration, database, logs, rt.pid), RT_WEBHOOK (where its scrip posts),
# RT_WEBHOOK_SECRET. Does nothing where one answers already. Stop it: kill the pid in rt.pid.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
port=${RT_PORT:-8090}
run=${RT_RUN_DIR:-${TMPDIR:-/tmp}/handrail-rt-$port}
webhook=${RT_WEBHOOK:-http://127.0.0.1:8099/hooks/rt}
secret=${RT_WEBHOOK_SECRET:-rt-webhook-secret-ci}
root_password=rootpass-ci-1
export DEBIAN_FRONTEND=noninteractive RT_SITE_CONFIG=$run/RT_SiteConfig.pm RT_SITE_CONFIG_DIR=$run/conf.d

alive() { [ "$(curl -s -m 10 -o /dev/null -w '%{http_code}' -u "root:$root_password" "http://127.0.0.1:$port/REST/2.0/rt")" = 200 ]; }

install_packages() {
  debconf-set-selections <<ANSWERS
request-tracker5 request-tracker5/rtname string handover.test
request-tracker5 request-tracker5/organization string handover.test
request-tracker5 request-tracker5/install-cronjobs boolean false
request-tracker5 request-tracker5/dbconfig-install boolean false
ANSWERS
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends request-tracker5 rt5-db-sqlite rt5-standalone curl
}

configure() {
  mkdir -p "$RT_SITE_CONFIG_DIR"
  printf '%s' "$root_password" >"$run/root-password"
  cat >"$RT_SITE_CONFIG" <<CONFIG
Set(\$rtname, 'handover.test'); Set(\$Organization, 'handover.test');
Set(\$DatabaseType, 'SQLite'); Set(\$DatabaseName, '$run/rt.sqlite');
Set(\$WebDomain, '127.0.0.1'); Set(\$WebPort, $port); Set(\$WebPath, ''); Set(\$WebBaseURL, 'http://127.0.0.1:$port');
Set(\$MailCommand, 'mbox'); Set(\$LogToSyslog, undef); Set(\$LogToSTDERR, 'warning');
Set(\$BcryptCost, 4); # every REST call carries the password: at the default of 12 checking it takes 0.2 CPU seconds
Set(\$HandoverWebhook, '$webhook'); Set(\$HandoverWebhookSecret, '$secret');
1;
CONFIG
}

seed() {
  rt-setup-database-5 --action init --root-password-file "$run/root-password" </dev/null
  rt-setup-database-5 --action insert --skip-create --datafile "$here/handover.initialdata" </dev/null
}

mkdir -p "$run"
if ! dpkg -s rt5-standalone >/dev/null 2>&1; then
  [ "${1:-}" = --no-install ] && { echo "Request Tracker is not installed" >&2; exit 3; }
  install_packages >"$run/apt.log" 2>&1 || { tail -20 "$run/apt.log" >&2; exit 1; }
fi
alive && exit 0
configure
[ -e "$run/rt.sqlite" ] || seed >"$run/seed.log" 2>&1 || { tail -20 "$run/seed.log" >&2; rm -f "$run/rt.sqlite"; exit 1; }
cd /
# Two workers, as a small installation has: what waits for one is carried out even if nobody waits for the answer. Each
# new one compiles its components again, so they live longer than their usual 100 requests.
setsid /usr/share/request-tracker5/libexec/rt-server --server Starlet --max-workers 2 --max-reqs-per-child 5000 \
  --host 127.0.0.1 --port "$port" >"$run/rt.log" 2>&1 </dev/null &
echo $! >"$run/rt.pid"
for _ in $(seq 1 240); do alive && exit 0; sleep .25; done
echo "Request Tracker did not start; see $run/rt.log" >&2
exit 1
