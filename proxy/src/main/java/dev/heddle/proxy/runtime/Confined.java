package dev.heddle.proxy.runtime;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// Says who owns a class that changes after construction: in the data plane nearly always one
/// worker, whose thread alone reads and writes its fields, so that nothing is volatile or locked.
///
/// The architecture rules allow fields that are not final only in classes that say this.
@Documented
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
public @interface Confined {
    /// The owner, as in `worker`.
    String value();
}
