/// What is wrong with a world, seen as a whole: resources that name what does not exist, rules that
/// nothing can reach, resources that claim the same thing.
///
/// Findings are for the whole world, not for one proxy, and each is said once. What a resource says
/// wrongly by itself is found when it is read, in `dev.heddle.model.check`.
@NullMarked
package dev.heddle.compiler.check;

import org.jspecify.annotations.NullMarked;
