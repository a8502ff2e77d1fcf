/// Puts a plan into Envoy's words. The only place of the compiler that knows Envoy's classes.
@NullMarked
package dev.heddle.compiler.xds;

import org.jspecify.annotations.NullMarked;
