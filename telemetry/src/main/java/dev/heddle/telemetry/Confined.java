package dev.heddle.telemetry;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// Says who owns a class that changes after construction.
@Documented
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
@interface Confined {
    /// The owner, as in `caller`.
    String value();
}
