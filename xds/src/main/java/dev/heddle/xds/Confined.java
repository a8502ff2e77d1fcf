package dev.heddle.xds;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// Says who owns a class that changes after construction: the one stream, thread or queue that
/// reads and writes its fields. Nobody else may, so nothing in it is volatile or locked.
@Documented
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
public @interface Confined {
    /// The owner, as in `xds stream`.
    String value();
}
