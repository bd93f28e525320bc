{{/* The configuration file of a component: the sections of the settings that its process reads. */}}

{{/* The parts that a component talks to. */}}
{{- define "surveyor.parts" -}}
{{- if has .name (list "collector-vmware" "collector-hyperv") -}}
[kafka]
{{- else if eq .name "portal" -}}
[]
{{- else -}}
[kafka, clickhouse]
{{- end -}}
{{- end }}

{{- define "surveyor.config" -}}
{{- $parts := include "surveyor.parts" . | fromYamlArray -}}
log: {{- .root.Values.log | toYaml | nindent 2 }}
{{- with .root.Values.tracing.otlpEndpoint }}
otel:
  otlp_endpoint: {{ . | quote }}
{{- end }}
{{- if has "kafka" $parts }}
kafka: {{- include "surveyor.config.kafka" . | nindent 2 }}
{{- end }}
{{- if has "clickhouse" $parts }}
clickhouse: {{- include "surveyor.config.clickhouse" . | nindent 2 }}
{{- end }}
{{- if and .root.Values.store (has .name (list "migrate" "normalizer")) }}
store: {{- .root.Values.store | toYaml | nindent 2 }}
{{- end }}
{{- if ne .name "migrate" }}
{{ .name | replace "-" "_" }}: {{- include "surveyor.config.service" . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "surveyor.config.kafka" -}}
{{- $kafka := .root.Values.kafka -}}
bootstrap_servers: {{ $kafka.bootstrapServers | quote }}
security_protocol: {{ $kafka.securityProtocol }}
{{- if hasPrefix "SASL" $kafka.securityProtocol }}
sasl_mechanism: {{ $kafka.sasl.mechanism }}
sasl_username: {{ $kafka.sasl.username | quote }}
{{- with include "surveyor.secretFile" (dict "component" . "purpose" "kafka-password") }}
sasl_password_file: {{ . }}
{{- end }}
{{- end }}
{{- with include "surveyor.secretFile" (dict "component" . "purpose" "kafka-ca") }}
ssl_cafile: {{ . }}
{{- end }}
{{- if $kafka.tls.client.existingSecret }}
{{- $directory := include "surveyor.secretDirectory" (dict "component" . "purpose" "kafka-client") }}
ssl_certfile: {{ $directory }}/tls.crt
ssl_keyfile: {{ $directory }}/tls.key
{{- end }}
{{- end }}

{{- define "surveyor.config.clickhouse" -}}
{{- $clickhouse := .root.Values.clickhouse -}}
url: {{ $clickhouse.url | quote }}
database: {{ $clickhouse.database | quote }}
username: {{ $clickhouse.username | quote }}
verify: {{ $clickhouse.tls.verify }}
{{- with include "surveyor.secretFile" (dict "component" . "purpose" "clickhouse-password") }}
password_file: {{ . }}
{{- end }}
{{- with include "surveyor.secretFile" (dict "component" . "purpose" "clickhouse-ca") }}
ca_file: {{ . }}
{{- end }}
{{- with $clickhouse.cluster }}
cluster: {{ . | quote }}
{{- end }}
{{- end }}

{{/* A service's own section: what the chart decides, under what `config` says. */}}
{{- define "surveyor.config.service" -}}
{{- $decided := include (printf "surveyor.config.%s" .name) . | fromYaml -}}
{{- omit (mergeOverwrite $decided (deepCopy .service.config)) "http_host" | toYaml -}}
{{- end }}

{{/* Where a service listens: in the environment, as the image says it there and the environment wins. */}}
{{- define "surveyor.listenEnv" -}}
{{- $prefix := printf "SURVEYOR_%s__HTTP" (.name | replace "-" "_" | upper) -}}
- name: {{ $prefix }}_HOST
  value: {{ .service.config.http_host | default "0.0.0.0" | quote }}
- name: {{ $prefix }}_PORT
  value: {{ .service.httpPort | quote }}
{{- end }}

{{- define "surveyor.config.collector-vmware" -}}
sources_file: {{ include "surveyor.secretFile" (dict "component" . "purpose" (printf "%s-sources" .name)) }}
spool_dir: {{ include "surveyor.dataDirectory" . }}/spool
{{- end }}

{{- define "surveyor.config.collector-hyperv" -}}
{{ include "surveyor.config.collector-vmware" . }}
{{- end }}

{{- define "surveyor.config.normalizer" -}}
data_dir: {{ include "surveyor.dataDirectory" . }}
{{- end }}

{{- define "surveyor.config.assessor" -}}
{{- with .service.rules }}
rules_file: /etc/surveyor/config/rules.yaml
{{- end }}
{{- end }}

{{- define "surveyor.config.query-api" -}}
{{- with include "surveyor.secretFile" (dict "component" . "purpose" "query-api-bootstrap-key") }}
bootstrap_key_file: {{ . }}
{{- end }}
{{- $databaseUrlFile := include "surveyor.secretFile" (dict "component" . "purpose" "query-api-database-url") }}
{{- if $databaseUrlFile }}
database_url_file: {{ $databaseUrlFile }}
{{- else }}
database_url: sqlite:///{{ include "surveyor.dataDirectory" . }}/control.db
{{- end }}
{{- end }}

{{- define "surveyor.config.portal" -}}
{{- $api := index .root.Values.services "query-api" }}
api_url: {{ .service.apiUrl | default (printf "http://%s-query-api:%v" (include "surveyor.fullname" .root) $api.httpPort) | quote }}
{{- with include "surveyor.secretFile" (dict "component" . "purpose" "portal-session-secret") }}
session_secret_file: {{ . }}
{{- end }}
{{- $ingress := .root.Values.ingress }}
secure_cookie: {{ and $ingress.enabled (not (empty $ingress.portal.tlsSecret)) }}
{{- end }}
