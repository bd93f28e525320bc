{{/* What a schema cannot say of values: everything that is wrong, told at once and with what would help. */}}
{{- define "surveyor.validate" -}}
{{- $faults := list -}}
{{- $services := .Values.services -}}
{{- $kafka := .Values.kafka -}}
{{- $secrets := include "surveyor.secrets" . | fromYaml -}}
{{- if not $kafka.bootstrapServers }}
{{- $faults = append $faults "kafka.bootstrapServers must name your brokers, for example kafka-bootstrap:9092" }}
{{- end }}
{{- if not .Values.clickhouse.url }}
{{- $faults = append $faults "clickhouse.url must name your store, for example http://clickhouse:8123" }}
{{- end }}
{{- if and (hasPrefix "SASL" $kafka.securityProtocol) (not (and $kafka.sasl.username (hasKey $secrets "kafka-password"))) }}
{{- $faults = append $faults (printf "kafka.securityProtocol %s needs kafka.sasl.username and kafka.sasl.password (existingSecret or value)" $kafka.securityProtocol) }}
{{- end }}
{{- range $purpose, $secret := $secrets }}
{{- if and $secret.existingSecret $secret.value }}
{{- $faults = append $faults (printf "the secret for %s is given twice: choose existingSecret or %s" $purpose (hasSuffix "-sources" $purpose | ternary "list" "value")) }}
{{- end }}
{{- end }}
{{- range $purpose := list "query-api-bootstrap-key" "portal-session-secret" }}
{{- $value := dig $purpose "value" "" $secrets }}
{{- if and $value (lt (len $value) 32) }}
{{- $faults = append $faults (printf "the value for %s needs at least 32 characters" $purpose) }}
{{- end }}
{{- end }}
{{- range $name := list "collector-vmware" "collector-hyperv" }}
{{- if and (index $services $name).enabled (not (hasKey $secrets (printf "%s-sources" $name))) }}
{{- $faults = append $faults (printf "services.%s.enabled needs services.%s.sources (existingSecret or list)" $name $name) }}
{{- end }}
{{- end }}
{{- range $name := list "collector-vmware" "collector-hyperv" }}
{{- $collector := index $services $name }}
{{- if and $collector.enabled $collector.persistence.enabled $collector.persistence.existingClaim (gt (int $collector.replicas) 1) }}
{{- $faults = append $faults (printf "services.%s.persistence.existingClaim serves one replica: without it each replica gets a claim of its own" $name) }}
{{- end }}
{{- end }}
{{- $api := index $services "query-api" }}
{{- if and $api.enabled (not (hasKey $secrets "query-api-bootstrap-key")) }}
{{- $faults = append $faults "services.query-api.bootstrapKey (existingSecret or value) must give the first administrator's API key" }}
{{- end }}
{{- if and $api.enabled (gt (int $api.replicas) 1) (not (include "surveyor.usesPostgresql" .)) }}
{{- $faults = append $faults "services.query-api.replicas above 1 needs services.query-api.databaseUrl: SQLite serves one replica" }}
{{- end }}
{{- $portal := $services.portal }}
{{- if and $portal.enabled (not (hasKey $secrets "portal-session-secret")) }}
{{- $faults = append $faults "services.portal.sessionSecret (existingSecret or value) must give the secret that signs sessions" }}
{{- end }}
{{- if and $portal.enabled (not $api.enabled) (not $portal.apiUrl) }}
{{- $faults = append $faults "services.portal.apiUrl must name a query API, as services.query-api is not enabled" }}
{{- end }}
{{- if and .Values.ingress.enabled (not (or .Values.ingress.portal.host .Values.ingress.api.host)) }}
{{- $faults = append $faults "ingress.enabled needs ingress.portal.host or ingress.api.host" }}
{{- end }}
{{- if $faults }}
{{- fail (printf "the values do not describe a working installation:\n  - %s" (join "\n  - " $faults)) }}
{{- end }}
{{- end }}
