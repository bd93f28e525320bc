{{drop consumer_crashes}};
{{drop machine_changes}};
{{drop machine_state}};
