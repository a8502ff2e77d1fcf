/// Who is told of traffic: the providers of logs, spans and metrics that a mesh names, and the
/// control plane itself.
@NullMarked
package dev.heddle.compiler.observe;

import org.jspecify.annotations.NullMarked;
