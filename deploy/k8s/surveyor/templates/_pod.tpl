{{/* The pod of a component, the same for Deployments, StatefulSets and the migration; `command` and `probes` differ. */}}

{{- define "surveyor.podTemplate" -}}
{{- $pods := mergeOverwrite (deepCopy .root.Values.pods) (deepCopy (.service.pods | default dict)) -}}
metadata:
  labels: {{- include "surveyor.labels" . | nindent 4 }}
    {{- with $pods.labels }}{{ toYaml . | nindent 4 }}{{ end }}
  annotations: {{- include "surveyor.podAnnotations" . | nindent 4 }}
    {{- with $pods.annotations }}{{ toYaml . | nindent 4 }}{{ end }}
spec:
  serviceAccountName: {{ include "surveyor.componentName" . }}
  automountServiceAccountToken: false
  enableServiceLinks: false
  {{- with .root.Values.image.pullSecrets }}
  imagePullSecrets:
    {{- range . }}
    - name: {{ . }}
    {{- end }}
  {{- end }}
  securityContext:
    runAsNonRoot: true
    runAsUser: 10001
    runAsGroup: 10001
    fsGroup: 10001
    fsGroupChangePolicy: OnRootMismatch
    seccompProfile:
      type: RuntimeDefault
  {{- if .restartPolicy }}
  restartPolicy: {{ .restartPolicy }}
  {{- else }}
  # A service may take 25 s to come to an end in order, and as long again to give up.
  terminationGracePeriodSeconds: 60
  topologySpreadConstraints:
    - maxSkew: 1
      topologyKey: kubernetes.io/hostname
      whenUnsatisfiable: ScheduleAnyway
      labelSelector:
        matchLabels: {{- include "surveyor.selectorLabels" . | nindent 10 }}
  {{- end }}
  {{- range $name := list "priorityClassName" "nodeSelector" "tolerations" "affinity" }}
  {{- with index $pods $name }}
  {{ $name }}: {{- kindIs "string" . | ternary (printf " %v" .) (toYaml . | nindent 4) }}
  {{- end }}
  {{- end }}
  containers:
    - {{ include "surveyor.container" . | indent 6 | trim }}
  volumes: {{- include "surveyor.volumes" . | nindent 4 }}
{{- end }}

{{- define "surveyor.podAnnotations" -}}
checksum/config: {{ printf "%s%s" (include "surveyor.config" .) (.service.rules | default "") | sha256sum }}
{{- with .service.consumes }}
surveyor/consumes: {{ range $index, $entry := . }}{{ if $index }},{{ end }}{{ $entry.topic }}{{ end }}
{{- end }}
{{- with .service.produces }}
surveyor/produces: {{ join "," . }}
{{- end }}
{{- if and .root.Values.metrics.annotations .service.httpPort }}
prometheus.io/scrape: "true"
prometheus.io/port: {{ .service.httpPort | quote }}
prometheus.io/path: /metrics
{{- end }}
{{- end }}

{{- define "surveyor.container" -}}
name: {{ .name }}
image: {{ include "surveyor.image" . | quote }}
imagePullPolicy: {{ .root.Values.image.pullPolicy }}
{{- with .arguments }}
args: {{- toYaml . | nindent 2 }}
{{- end }}
env:
  - name: SURVEYOR_CONFIG_FILE
    value: /etc/surveyor/config/surveyor.yaml
  {{- if .service.httpPort }}
  {{- include "surveyor.listenEnv" . | nindent 2 }}
  {{- end }}
  {{- if hasKey .service "sources" }}
  # Stable for a StatefulSet's pod: the key of its heartbeats.
  - name: SURVEYOR_{{ .name | replace "-" "_" | upper }}__COLLECTOR_ID
    valueFrom:
      fieldRef:
        fieldPath: metadata.name
  {{- end }}
  {{- with .service.extraEnv }}{{ toYaml . | nindent 2 }}{{ end }}
{{- with .service.httpPort }}
ports:
  - name: http
    containerPort: {{ . }}
{{- include "surveyor.probes" $ | nindent 0 }}
{{- end }}
resources: {{- toYaml .service.resources | nindent 2 }}
securityContext:
  allowPrivilegeEscalation: false
  privileged: false
  readOnlyRootFilesystem: true
  capabilities:
    drop: [ALL]
volumeMounts: {{- include "surveyor.volumeMounts" . | nindent 2 }}
{{- end }}

{{/*
Alive: the process gets on. Ready: broker and store answer; a start may wait long for them, alive. A collector serves
nobody, and a source that does not answer must not hold up the update of its other replicas.
*/}}
{{- define "surveyor.probes" -}}
startupProbe:
  httpGet: {path: /healthz, port: http}
  periodSeconds: 2
  failureThreshold: 60
livenessProbe:
  httpGet: {path: /healthz, port: http}
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 3
readinessProbe:
  httpGet: {path: {{ hasKey .service "sources" | ternary "/healthz" "/readyz" }}, port: http}
  periodSeconds: 5
  timeoutSeconds: 5
  failureThreshold: 3
{{- end }}

{{- define "surveyor.volumeMounts" -}}
- name: config
  mountPath: /etc/surveyor/config
  readOnly: true
- name: tmp
  mountPath: /tmp
{{- if include "surveyor.writesData" . }}
- name: data
  mountPath: {{ include "surveyor.dataDirectory" . }}
{{- end }}
{{- range $purpose, $secret := include "surveyor.secretsOf" . | fromYaml }}
- name: {{ $purpose }}
  mountPath: {{ include "surveyor.secretDirectory" (dict "component" $ "purpose" $purpose) }}
  readOnly: true
{{- end }}
{{- end }}

{{- define "surveyor.volumes" -}}
- name: config
  configMap:
    name: {{ include "surveyor.componentName" . }}
- name: tmp
  emptyDir:
    sizeLimit: 1Gi
{{- if and (include "surveyor.writesData" .) (not (include "surveyor.claimsPerReplica" .)) }}
- {{ include "surveyor.dataVolume" . | indent 2 | trim }}
{{- end }}
{{- range $purpose, $secret := include "surveyor.secretsOf" . | fromYaml }}
- name: {{ $purpose }}
  secret:
    secretName: {{ include "surveyor.secretName" (dict "component" $ "purpose" $purpose "secret" $secret) }}
    defaultMode: 0440
    {{- if not $secret.whole }}
    items:
      - key: {{ $secret.key }}
        path: {{ $secret.key }}
    {{- end }}
{{- end }}
{{- end }}
