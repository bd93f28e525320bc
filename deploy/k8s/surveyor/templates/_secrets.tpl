{{/*
Secrets by purpose. A purpose that starts with a service's name belongs to this service alone; `kafka-…` and
`clickhouse-…` belong to all that use the part. Pods see only the key that is named, unless the `whole` Secret is meant.
*/}}
{{- define "surveyor.secrets" -}}
{{- $services := .Values.services -}}
{{- $secrets := dict
  "kafka-password" .Values.kafka.sasl.password
  "kafka-ca" .Values.kafka.tls.ca
  "kafka-client" (merge (dict "whole" true) .Values.kafka.tls.client)
  "clickhouse-password" .Values.clickhouse.password
  "clickhouse-ca" .Values.clickhouse.tls.ca
  "query-api-bootstrap-key" (index $services "query-api" "bootstrapKey")
  "query-api-database-url" (index $services "query-api" "databaseUrl")
  "portal-session-secret" (index $services "portal" "sessionSecret")
}}
{{- range $name := list "collector-vmware" "collector-hyperv" }}
{{- $sources := index $services $name "sources" }}
{{- $list := $sources.list | default list }}
{{- $value := $list | empty | ternary "" (toYaml $list) }}
{{- $_ := set $secrets (printf "%s-sources" $name) (dict "existingSecret" $sources.existingSecret "key" $sources.key "value" $value "files" $sources.files "whole" true) }}
{{- end }}
{{- range $purpose, $secret := $secrets }}
{{- if or $secret.existingSecret $secret.value }}
{{ dict $purpose $secret | toYaml }}
{{- end }}
{{- end }}
{{- end }}

{{/* The secrets that a component reads, as a YAML map from purpose to reference. */}}
{{- define "surveyor.secretsOf" -}}
{{- $component := . }}
{{- $owners := append (include "surveyor.parts" . | fromYamlArray) .name }}
{{- range $purpose, $secret := include "surveyor.secrets" .root | fromYaml }}
{{- range $owner := $owners }}
{{- if hasPrefix (printf "%s-" $owner) $purpose }}
{{ dict $purpose $secret | toYaml }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{/* The name of a component's Secret; the migration has its own copies, which exist before the release does. */}}
{{- define "surveyor.secretName" -}}
{{- $owner := ternary "-migrate" "" (eq .component.name "migrate") -}}
{{- .secret.existingSecret | default (printf "%s%s-%s" (include "surveyor.fullname" .component.root) $owner .purpose) -}}
{{- end }}

{{/* Where a component finds the files of a secret. */}}
{{- define "surveyor.secretDirectory" -}}
/etc/surveyor/{{ trimPrefix (printf "%s-" .component.name) .purpose }}
{{- end }}

{{- define "surveyor.secretFile" -}}
{{- $secret := index (include "surveyor.secretsOf" .component | fromYaml) .purpose -}}
{{- if $secret }}{{ include "surveyor.secretDirectory" . }}/{{ $secret.key }}{{ end -}}
{{- end }}

{{/* A Secret made from values. */}}
{{- define "surveyor.secret" -}}
---
apiVersion: v1
kind: Secret
metadata:
  name: {{ include "surveyor.secretName" . }}
  labels: {{- include "surveyor.labels" .component | nindent 4 }}
  {{- with .annotations }}
  annotations: {{- . | nindent 4 }}
  {{- end }}
type: Opaque
stringData:
  {{- merge (dict .secret.key .secret.value) (.secret.files | default dict) | toYaml | nindent 2 }}
{{ end }}
