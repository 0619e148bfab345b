package io.rapidbyte.model;

/** How a stream meets bad rows and changed schemas. */
public record StreamPolicies(DataErrorPolicy onDataError, SchemaEvolution schemaEvolution) {

    public static final StreamPolicies DEFAULT = new StreamPolicies(DataErrorPolicy.FAIL, SchemaEvolution.DEFAULT);
}
