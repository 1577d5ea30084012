{{/* The name of everything: the release's, with the chart's where that does not say it. */}}
{{- define "filterproxy.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- $full := ternary .Release.Name (printf "%s-%s" .Release.Name $name) (contains $name .Release.Name) -}}
{{- default $full .Values.fullnameOverride | trunc 50 | trimSuffix "-" -}}
{{- end -}}

{{- define "filterproxy.selector" -}}
app.kubernetes.io/name: {{ default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{/* Of the pods that take requests: the test's pod is not one of them. */}}
{{- define "filterproxy.pods" -}}
{{ include "filterproxy.selector" . }}
app.kubernetes.io/component: proxy
{{- end -}}

{{- define "filterproxy.labels" -}}
{{ include "filterproxy.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end -}}

{{- define "filterproxy.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}
{{ .repository }}@{{ .digest }}
{{- else -}}
{{ .repository }}:{{ default $.Chart.AppVersion .tag }}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "filterproxy.serviceAccount" -}}
{{- $own := ternary (include "filterproxy.fullname" .) "default" .Values.serviceAccount.create -}}
{{- default $own .Values.serviceAccount.name -}}
{{- end -}}

{{- define "filterproxy.tokenSecret" -}}
{{- default (printf "%s-admin" (include "filterproxy.fullname" .)) .Values.adminToken.existingSecret -}}
{{- end -}}

{{/* The ConfigMap of packs, or "" where rules come from elsewhere. */}}
{{- define "filterproxy.rulesConfigMap" -}}
{{- if .Values.rules.existingConfigMap -}}
{{ .Values.rules.existingConfigMap }}
{{- else if .Values.rules.files -}}
{{ include "filterproxy.fullname" . }}-rules
{{- end -}}
{{- end -}}

{{/* What the program reads: the operator's keys, and those that follow from where the chart puts things. */}}
{{- define "filterproxy.config" -}}
{{- $own := dict "port" 8080 "admin_port" 9464 -}}
{{- if include "filterproxy.rulesConfigMap" . -}}
{{- $_ := set $own "rules" (list "/etc/filterproxy/rules") -}}
{{- else if .Values.rules.url -}}
{{- $_ := set $own "rules" .Values.rules.url -}}
{{- else if .Values.rules.folder -}}
{{- $_ := set $own "rules" (list .Values.rules.folder) -}}
{{- end -}}
{{- if .Values.known -}}
{{- $files := list -}}
{{- range keys .Values.known | sortAlpha -}}
{{- $files = append $files (printf "/etc/filterproxy/known/%s" .) -}}
{{- end -}}
{{- $_ := set $own "known" $files -}}
{{- end -}}
{{- if .Values.tls.existingSecret -}}
{{- $_ := set $own "tls_cert" "/etc/filterproxy/tls/tls.crt" -}}
{{- $_ := set $own "tls_key" "/etc/filterproxy/tls/tls.key" -}}
{{- if .Values.tls.clientCa -}}
{{- $_ := set $own "tls_client_ca" "/etc/filterproxy/tls/ca.crt" -}}
{{- end -}}
{{- end -}}
{{- if .Values.adminTls.existingSecret -}}
{{- $_ := set $own "admin_tls_cert" "/etc/filterproxy/admin-tls/tls.crt" -}}
{{- $_ := set $own "admin_tls_key" "/etc/filterproxy/admin-tls/tls.key" -}}
{{- end -}}
{{- toYaml (merge $own .Values.config) -}}
{{- end -}}

{{/* What the schema of values cannot say. */}}
{{- define "filterproxy.check" -}}
{{- if not (or .Values.config.upstream .Values.config.upstreams) -}}
{{- fail "where is the model server? Set config.upstream, as in http://vllm.models.svc:8000" -}}
{{- end -}}
{{- if not (or .Values.adminToken.value .Values.adminToken.existingSecret) -}}
{{- fail "the admin side needs a token: set adminToken.existingSecret, or adminToken.value to the output of `openssl rand -hex 32`" -}}
{{- end -}}
{{- if and .Values.adminToken.value .Values.adminToken.existingSecret -}}
{{- fail "adminToken.value and adminToken.existingSecret exclude each other" -}}
{{- end -}}
{{- $sources := list -}}
{{- range $name := list "files" "existingConfigMap" "url" "folder" -}}
{{- if index $.Values.rules $name -}}{{- $sources = append $sources (printf "rules.%s" $name) -}}{{- end -}}
{{- end -}}
{{- if gt (len $sources) 1 -}}
{{- fail (printf "rules come from one place, not from %s" (join " and " $sources)) -}}
{{- end -}}
{{- if and .Values.tls.clientCa (not .Values.tls.existingSecret) -}}
{{- fail "tls.clientCa needs tls.existingSecret, whose ca.crt is the authority" -}}
{{- end -}}
{{- if and .Values.autoscaling.enabled (gt (int .Values.autoscaling.minReplicas) (int .Values.autoscaling.maxReplicas)) -}}
{{- fail "autoscaling.minReplicas is more than autoscaling.maxReplicas" -}}
{{- end -}}
{{- if and .Values.networkPolicy.enabled (not .Values.networkPolicy.upstream) -}}
{{- fail "networkPolicy.upstream is empty: the pods could not reach the model server" -}}
{{- end -}}
{{- end -}}

{{/* Of every container of ours; with the pod's it is what the "restricted" Pod Security Standard asks. */}}
{{- define "filterproxy.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{- define "filterproxy.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
seccompProfile:
  type: RuntimeDefault
{{- end -}}
