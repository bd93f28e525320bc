{{/* Where a component may write beside /tmp. */}}

{{- define "surveyor.dataDirectory" -}}
/var/lib/surveyor
{{- end }}

{{/* Says "true" if a component needs that directory: those with persistence, and Faust, which wants one. */}}
{{- define "surveyor.writesData" -}}
{{- if or .service.persistence (eq .name "normalizer") -}}
true
{{- end }}
{{- end }}

{{/* Says "true" if a component's data outlive its pods. */}}
{{- define "surveyor.isPersistent" -}}
{{- with .service.persistence }}
{{- if and .enabled (not (and (eq $.name "query-api") (include "surveyor.usesPostgresql" $.root))) -}}
true
{{- end }}
{{- end }}
{{- end }}

{{- define "surveyor.usesPostgresql" -}}
{{- $url := index .Values.services "query-api" "databaseUrl" -}}
{{- if or $url.existingSecret $url.value -}}
true
{{- end }}
{{- end }}

{{- define "surveyor.claimName" -}}
{{- .service.persistence.existingClaim | default (include "surveyor.componentName" .) -}}
{{- end }}

{{- define "surveyor.claimSpec" -}}
accessModes: [ReadWriteOnce]
{{- with .service.persistence.storageClass }}
storageClassName: {{ . | quote }}
{{- end }}
resources:
  requests:
    storage: {{ .service.persistence.size }}
{{- end }}

{{/* Says "true" if each replica has a claim of its own, which its StatefulSet makes and mounts. */}}
{{- define "surveyor.claimsPerReplica" -}}
{{- if and (hasKey .service "sources") (include "surveyor.isPersistent" .) (not .service.persistence.existingClaim) -}}
true
{{- end }}
{{- end }}

{{/* The volume behind the data directory. */}}
{{- define "surveyor.dataVolume" -}}
name: data
{{- if include "surveyor.isPersistent" . }}
persistentVolumeClaim:
  claimName: {{ include "surveyor.claimName" . }}
{{- else }}
emptyDir: {}
{{- end }}
{{- end }}
