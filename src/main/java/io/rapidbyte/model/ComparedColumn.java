package io.rapidbyte.model;

/**
 * A column in the form that both sides know.
 *
 * @param form one of the scheme's forms
 */
public record ComparedColumn(String name, String form) {}
