/// What rules come to in the same way, whether Istio's resources say them or the Gateway API's.
@NullMarked
package dev.heddle.compiler.lower.alike;

import org.jspecify.annotations.NullMarked;
