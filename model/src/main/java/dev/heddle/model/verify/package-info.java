/// What users expect of their configuration, as files beside it.
@NullMarked
package dev.heddle.model.verify;

import org.jspecify.annotations.NullMarked;
