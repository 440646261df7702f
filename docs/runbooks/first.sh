# What every page uses: ENV=prod DOMAIN=voice.example.com AWS_REGION=us-east-1 . docs/runbooks/first.sh
# The alarm's name begins with voiceplane-$ENV, its mail names the region; DOMAIN stands in config/environments/$ENV.toml.
: "${ENV:?set it to the environment of the alarm}" "${DOMAIN:?set it to the name of the environment}"
: "${AWS_REGION:?set it to the region of the alarm}"
export ENV DOMAIN AWS_REGION AWS_PAGER=""

# cluster_of SERVICE: where a service runs.
cluster_of() {
  case $1 in
    livekit | egress) echo "voiceplane-$ENV-media" ;;
    agent) echo "voiceplane-$ENV-agents" ;;
    *) echo "voiceplane-$ENV-control-plane" ;;
  esac
}

# service_of SERVICE: how many tasks it wants and has, its deployments, and what ECS said last.
service_of() {
  aws ecs describe-services --cluster "$(cluster_of "$1")" --services "$1" --query \
    'services[0].{desired: desiredCount, running: runningCount, pending: pendingCount, deployments: deployments[].[status, rolloutState, rolloutStateReason], said: events[:5].message}'
}

# stopped_of SERVICE: why its tasks of the last hour stopped.
stopped_of() {
  local tasks
  tasks=$(aws ecs list-tasks --cluster "$(cluster_of "$1")" --service-name "$1" --desired-status STOPPED --query 'taskArns[:100]' --output text)
  if [[ -z $tasks || $tasks == None ]]; then
    echo "no task of $1 has stopped within the last hour"
    return
  fi
  aws ecs describe-tasks --cluster "$(cluster_of "$1")" --tasks $(tr '\t' ' ' <<< "$tasks") \
    --query 'tasks[].[stoppedAt, stopCode, stoppedReason, containers[0].exitCode]' --output text
}

# logs_of STACK QUERY [MINUTES]: Logs Insights over all logs of media, agents or control-plane.
logs_of() {
  local query
  query=$(aws logs start-query --start-time $(($(date +%s) - 60 * ${3:-30})) --end-time "$(date +%s)" --query-string \
    "SOURCE logGroups(namePrefix: ['voiceplane-$ENV-$1']) | $2" --query queryId --output text)
  while aws logs get-query-results --query-id "$query" --query status --output text | grep -q -e Running -e Scheduled; do sleep 2; done
  aws logs get-query-results --query-id "$query" --query "results[*].join('  ', [*].value)" --output text | tr '\t' '\n'
}

# log_of SERVICE QUERY [MINUTES]: Logs Insights over the logs of one service; a log group is named after it, a stream is not.
log_of() {
  local cluster
  cluster=$(cluster_of "$1")
  logs_of "${cluster#"voiceplane-$ENV-"}" "filter @log like /(?i)-${1//-/}/ | $2" "${@:3}"
}

# metric_of NAMESPACE NAME STATISTIC [Name=…,Value=… …]: a metric's last half hour, a line a minute.
metric_of() {
  aws cloudwatch get-metric-statistics --namespace "$1" --metric-name "$2" --statistics "$3" --dimensions "${@:4}" \
    --period 60 --start-time $(($(date +%s) - 1800)) --end-time "$(date +%s)" \
    --query "sort_by(Datapoints, &Timestamp)[].[Timestamp, $3]" --output text
}

# ours NAME STATISTIC [Name=…,Value=…]: one of our own metrics.
ours() {
  metric_of Voiceplane "$1" "$2" "Name=Environment,Value=$ENV" "${@:3}"
}

# restart SERVICE: new tasks with the same image, one after the other; calls that are on are not cut.
restart() {
  aws ecs update-service --cluster "$(cluster_of "$1")" --service "$1" --force-new-deployment \
    --query 'service.deployments[0].[status, rolloutState]' --output text
}

# bounds_of SERVICE: floor and ceiling in force.
bounds_of() {
  aws application-autoscaling describe-scalable-targets --service-namespace ecs \
    --resource-ids "service/$(cluster_of "$1")/$1" --query 'ScalableTargets[].[MinCapacity, MaxCapacity]' --output text
}

# ceiling_of SERVICE: the most tasks that it may have now.
ceiling_of() {
  local bounds
  bounds=$(scaled "$1") && echo "${bounds##*[[:space:]]}"
}

# scaled SERVICE: floor and ceiling of a service that has them; beat, supervisor, pgbouncer and flower have neither.
scaled() {
  local bounds
  bounds=$(bounds_of "$1") || return 1
  if [[ -z $bounds || $bounds == None ]]; then
    echo "$1 is not scaled: the number of its tasks is in the template" >&2
    return 1
  fi
  echo "$bounds"
}

# at_least SERVICE TASKS: a floor now, never a lower one and never above the ceiling, which AWS refuses; until the
# next scheduled action (midnight, office hours), or for as long as you hold.
at_least() {
  local bounds least most
  bounds=$(scaled "$1") || return 1
  read -r least most <<< "$bounds"
  if (($2 > most)); then
    echo "$1 may have $most at most: \`at_least $1 $most\`, or first \`hold $1\` and \`at_most $1 $2\`, which costs money" >&2
    return 1
  fi
  if (($2 <= least)); then
    echo "$1 has a floor of $least already"
    return
  fi
  aws application-autoscaling register-scalable-target --service-namespace ecs \
    --scalable-dimension ecs:service:DesiredCount --resource-id "service/$(cluster_of "$1")/$1" --min-capacity "$2"
}

# at_most SERVICE TASKS: a ceiling now, for as long as a floor; the floor comes down with it where it would be above.
at_most() {
  local bounds least most
  bounds=$(scaled "$1") || return 1
  read -r least most <<< "$bounds"
  aws application-autoscaling register-scalable-target --service-namespace ecs \
    --scalable-dimension ecs:service:DesiredCount --resource-id "service/$(cluster_of "$1")/$1" \
    --min-capacity "$(($2 < least ? $2 : least))" --max-capacity "$2"
}

# hold SERVICE: scheduled actions leave its floor and ceiling alone until you let go; answers both, so write them down.
hold() {
  bounds_of "$1"
  aws application-autoscaling register-scalable-target --service-namespace ecs \
    --scalable-dimension ecs:service:DesiredCount --resource-id "service/$(cluster_of "$1")/$1" \
    --suspended-state ScheduledScalingSuspended=true
}

# let_go SERVICE LEAST MOST: this floor and ceiling, and the schedule acts again.
let_go() {
  aws application-autoscaling register-scalable-target --service-namespace ecs \
    --scalable-dimension ecs:service:DesiredCount --resource-id "service/$(cluster_of "$1")/$1" \
    --min-capacity "$2" --max-capacity "$3" --suspended-state ScheduledScalingSuspended=false
}

# schedule_of SERVICE: the floor and ceiling that each scheduled action sets, and when.
schedule_of() {
  aws application-autoscaling describe-scheduled-actions --service-namespace ecs \
    --resource-id "service/$(cluster_of "$1")/$1" --query \
    'ScheduledActions[].[ScheduledActionName, Schedule, Timezone, ScalableTargetAction.MinCapacity, ScalableTargetAction.MaxCapacity]' --output text
}

# database: the record's primary; no replica, no copy of a restore drill, none that was put aside.
database() {
  aws rds describe-db-instances --query "DBInstances[?starts_with(DBInstanceIdentifier, 'voiceplane-$ENV-') && !contains(DBInstanceIdentifier, '-restore') && !ends_with(DBInstanceIdentifier, '-old') && !ReadReplicaSourceDBInstanceIdentifier] | [0].DBInstanceIdentifier" --output text
}

# restore_database DATABASE NEW: its latest state as a new instance, in its network and with its parameters.
restore_database() {
  local subnets groups parameters standby standing
  standing=$(aws rds describe-db-instances --db-instance-identifier "$1" --query \
    'DBInstances[0].[DBSubnetGroup.DBSubnetGroupName, DBParameterGroups[0].DBParameterGroupName, MultiAZ]' --output text)
  groups=$(aws rds describe-db-instances --db-instance-identifier "$1" --query 'DBInstances[0].VpcSecurityGroups[].VpcSecurityGroupId' --output text)
  read -r subnets parameters standby <<< "$standing"
  aws rds restore-db-instance-to-point-in-time --source-db-instance-identifier "$1" --target-db-instance-identifier "$2" \
    --use-latest-restorable-time --db-subnet-group-name "$subnets" --db-parameter-group-name "$parameters" \
    --vpc-security-group-ids $(tr '\t' ' ' <<< "$groups") \
    "$([[ $standby == False ]] && echo --no-multi-az || echo --multi-az)" \
    --enable-iam-database-authentication --no-publicly-accessible --deletion-protection --copy-tags-to-snapshot \
    --enable-cloudwatch-logs-exports postgresql --query 'DBInstance.[DBInstanceIdentifier, DBInstanceStatus]' --output text
}

# allow_sign_in DATABASE: services' roles name a resource id, which a restored instance has not; let them into this one.
allow_sign_in() {
  local account resource service role
  account=$(aws sts get-caller-identity --query Account --output text)
  resource=$(aws rds describe-db-instances --db-instance-identifier "$1" --query 'DBInstances[0].DbiResourceId' --output text)
  for service in api celery-voice celery-notifications celery-data beat supervisor; do
    role=$(aws ecs describe-task-definition --task-definition "$(aws ecs describe-services --cluster "$(cluster_of "$service")" \
      --services "$service" --query 'services[0].taskDefinition' --output text)" --query 'taskDefinition.taskRoleArn' --output text)
    aws iam put-role-policy --role-name "${role##*/}" --policy-name restored-database --policy-document "{\"Version\": \"2012-10-17\",
      \"Statement\": [{\"Effect\": \"Allow\", \"Action\": \"rds-db:connect\", \"Resource\": \"arn:aws:rds-db:$AWS_REGION:$account:dbuser:$resource/voiceplane_app\"}]}"
  done
}

# api METHOD PATH: ask the API, with its key, which is on no command line.
api() {
  curl -fsS -X "$1" -H @<(printf 'Authorization: Bearer %s' "$(aws secretsmanager get-secret-value \
    --secret-id "voiceplane/$ENV/api-key" --query SecretString --output text)") "https://api.$DOMAIN/api/v1$2"
}

# one_off SERVICE MODULE [ARGUMENT…]: run a module of a control plane's image once, with its variables and its log.
one_off() {
  local service=$1 command container
  case $1 in
    api | websocket | beat | supervisor) container=$1 ;;
    celery-*) container=celery ;;
    *) echo "$1 runs no modules once: api, websocket, beat, supervisor and the celery pools do" >&2; return 1 ;;
  esac
  shift
  command=$(printf ', "%s"' -m "$@")
  aws ecs run-task --cluster "$(cluster_of "$service")" --launch-type FARGATE \
    --task-definition "$(aws ecs describe-services --cluster "$(cluster_of "$service")" --services "$service" --query 'services[0].taskDefinition' --output text)" \
    --network-configuration "$(aws ecs describe-services --cluster "$(cluster_of "$service")" --services "$service" --query 'services[0].networkConfiguration' --output json)" \
    --overrides "{\"containerOverrides\": [{\"name\": \"$container\", \"command\": [\"python\"$command]}]}" \
    --query 'tasks[0].taskArn' --output text
}
