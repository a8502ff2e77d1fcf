/// Taking over what an earlier compilation made, where everything that it was made of is the same.
@NullMarked
package dev.heddle.compiler.reuse;

import org.jspecify.annotations.NullMarked;
