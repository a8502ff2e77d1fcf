/// Says what a change of configuration would do before it is made: which resources of which proxies
/// it changes, and, for a request, in what it would be treated otherwise.
///
/// Two worlds are compiled and asked by the same code that the control plane and `explain` run;
/// what is compared is what they say.
@NullMarked
package dev.heddle.compiler.change;

import org.jspecify.annotations.NullMarked;
