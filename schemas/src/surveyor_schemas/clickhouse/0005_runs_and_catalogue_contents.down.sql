{{drop catalogue_sizes}};
{{drop catalogue_contents}};
{{drop assessment_runs}};
