package dev.heddle.model.schema;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// Marks what this version reads but does not act on: a field, a constant of an enum, or a kind as
/// a whole. Whoever sets it is told so by a finding, since nothing is ignored in silence.
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.RECORD_COMPONENT, ElementType.FIELD, ElementType.TYPE})
public @interface NotYet {}
