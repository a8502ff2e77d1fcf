@NullMarked
package dev.heddle.compiler.reuse;

import org.jspecify.annotations.NullMarked;
