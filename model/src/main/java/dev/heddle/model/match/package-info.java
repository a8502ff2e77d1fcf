/// What rules compare with: texts and labels.
@NullMarked
package dev.heddle.model.match;

import org.jspecify.annotations.NullMarked;
