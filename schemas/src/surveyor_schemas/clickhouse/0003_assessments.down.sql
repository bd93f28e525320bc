{{drop catalogues}};
{{drop assessment_summaries}};
{{drop assessment_results}};
{{drop assessment_inputs}};
{{drop assessment_scope}};
