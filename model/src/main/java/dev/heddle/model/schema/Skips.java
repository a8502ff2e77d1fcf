package dev.heddle.model.schema;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// Names fields that are skipped without a finding: what somebody else acts on, as Kubernetes does
/// on a Service's `sessionAffinity`, and what has no meaning for a mesh.
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface Skips {
    /// The names, as they are written.
    String[] value();
}
