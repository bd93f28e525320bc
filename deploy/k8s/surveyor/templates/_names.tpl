{{/* Names, labels and images. A "component" is a dict of `root` (the chart's context), `name` and `service` (its values). */}}

{{- define "surveyor.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- $combined := ternary .Release.Name (printf "%s-%s" .Release.Name $name) (contains $name .Release.Name) -}}
{{- default $combined .Values.fullnameOverride | trunc 44 | trimSuffix "-" -}}
{{- end }}

{{- define "surveyor.componentName" -}}
{{ include "surveyor.fullname" .root }}-{{ .name }}
{{- end }}

{{- define "surveyor.selectorLabels" -}}
app.kubernetes.io/name: {{ default .root.Chart.Name .root.Values.nameOverride }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .name }}
{{- end }}

{{- define "surveyor.labels" -}}
{{ include "surveyor.selectorLabels" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/part-of: surveyor
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" }}
{{- end }}

{{- define "surveyor.image" -}}
{{- $image := .root.Values.image -}}
{{- $tag := .service.image.tag | default $image.tag | default .root.Chart.AppVersion -}}
{{- list $image.registry $image.repositoryPrefix .service.image.repository | compact | join "/" -}}:{{ $tag }}
{{- end }}

{{/* The enabled services as a YAML map from name to values. */}}
{{- define "surveyor.enabledServices" -}}
{{- range $name, $service := .Values.services }}
{{- if $service.enabled }}
{{ dict $name $service | toYaml }}
{{- end }}
{{- end }}
{{- end }}

{{/* Annotations of what must exist before an install or upgrade; takes a dict of `weight` (a lower one comes first). */}}
{{- define "surveyor.hook" -}}
helm.sh/hook: pre-install,pre-upgrade
helm.sh/hook-weight: {{ .weight | quote }}
helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
{{- end }}
