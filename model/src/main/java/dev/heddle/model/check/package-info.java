/// What a resource can say wrongly by itself, although all its fields are of the right type. What
/// needs other resources to be seen is the compiler's.
@NullMarked
package dev.heddle.model.check;

import org.jspecify.annotations.NullMarked;
