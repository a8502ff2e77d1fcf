package dev.heddle.model;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// Says who owns a class that changes after construction: the one thread, loop or stream that reads
/// and writes its fields. Nobody else may, so nothing in it is volatile or locked.
///
/// The architecture rules allow fields that are not final only in classes that say this.
@Documented
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
public @interface Confined {
    /// The owner, as in `world loop`.
    String value();
}
