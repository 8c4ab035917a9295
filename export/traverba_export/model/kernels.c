/* What training on a CPU spends its time on between the products: gates, attention scores, softmax.
 *
 * torch makes one pass over memory an operation; here each value is read once and written once, and exp is
 * a polynomial that the compiler can do sixteen at a time. Rows are contiguous; `narrow` is bfloat16, the
 * upper half of a float.
 */
#include <math.h>
#include <stdint.h>
#include <string.h>

typedef uint16_t narrow;

static inline float wide(narrow value) {
    uint32_t bits = (uint32_t)value << 16;
    float out;
    memcpy(&out, &bits, sizeof out);
    return out;
}

static inline narrow rounded(float value) { /* to nearest, ties to even */
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return (narrow)((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
}

/* Cephes' expf: two to a whole power, times a polynomial on [-ln 2 / 2, ln 2 / 2]; two roundings exact. */
static inline float power_of_e(float x) {
    x = x < -87.0f ? -87.0f : x > 87.0f ? 87.0f : x;
    float whole = rintf(x * 1.44269504f);
    float rest = x - whole * 0.693359375f + whole * 2.12194440e-4f;
    float series = 1.9875691500e-4f;
    series = series * rest + 1.3981999507e-3f;
    series = series * rest + 8.3334519073e-3f;
    series = series * rest + 4.1665795894e-2f;
    series = series * rest + 1.6666665459e-1f;
    series = series * rest + 5.0000001201e-1f;
    series = series * rest * rest + rest + 1.0f;
    int32_t bits = ((int32_t)whole + 127) << 23;
    float scale;
    memcpy(&scale, &bits, sizeof scale);
    return series * scale;
}

static inline float logistic(float x) { return 1.0f / (1.0f + power_of_e(-x)); }

static inline float hyperbolic(float x) { return 2.0f * logistic(2.0f * x) - 1.0f; }

/* One step of an LSTM. `sums` (B, 4H) -> `gates` (B, 4H): input, output, forget, candidate; `memory` (B, H)
 * -> `next` (B, H) and `hidden` (B, H). */
void lstm_advance(const narrow *restrict sums, float *restrict gates, const float *restrict memory,
                  float *restrict next, narrow *restrict hidden, int64_t rows, int64_t width) {
    for (int64_t row = 0; row < rows; row++) {
        const narrow *sum = sums + row * 4 * width;
        float *gate = gates + row * 4 * width;
        for (int64_t i = 0; i < 3 * width; i++) gate[i] = logistic(wide(sum[i]));
        for (int64_t i = 3 * width; i < 4 * width; i++) gate[i] = hyperbolic(wide(sum[i]));
        for (int64_t i = 0; i < width; i++) {
            int64_t at = row * width + i;
            next[at] = gate[2 * width + i] * memory[at] + gate[i] * gate[3 * width + i];
            hidden[at] = rounded(gate[width + i] * hyperbolic(next[at]));
        }
    }
}

/* Its derivative: of what follows by `hidden` and `next` -> by `sums` (B, 4H) and, in place, by `memory`. */
void lstm_retreat(const float *restrict gates, const float *restrict memory, const float *restrict next,
                  const float *restrict grad_hidden, float *restrict grad_memory, narrow *restrict grad_sums,
                  int64_t rows, int64_t width) {
    for (int64_t row = 0; row < rows; row++) {
        const float *gate = gates + row * 4 * width;
        narrow *grad = grad_sums + row * 4 * width;
        for (int64_t i = 0; i < width; i++) {
            int64_t at = row * width + i;
            float in = gate[i], out = gate[width + i], keep = gate[2 * width + i], new = gate[3 * width + i];
            float squashed = hyperbolic(next[at]);
            float slope = grad_memory[at] + grad_hidden[at] * out * (1.0f - squashed * squashed);
            grad[i] = rounded(slope * new * in * (1.0f - in));
            grad[width + i] = rounded(grad_hidden[at] * squashed * out * (1.0f - out));
            grad[2 * width + i] = rounded(slope * memory[at] * keep * (1.0f - keep));
            grad[3 * width + i] = rounded(slope * in * (1.0f - new * new));
            grad_memory[at] = slope * keep;
        }
    }
}

/* `vector` . tanh(query + key): (B, T, A), (B, S, A), (A) -> `scores` (B, T, S). */
void additive_scores(const float *restrict queries, const float *restrict keys, const float *restrict vector,
                     float *restrict scores, int64_t rows, int64_t targets, int64_t sources, int64_t width) {
    for (int64_t pair = 0; pair < rows * targets; pair++) {
        const float *query = queries + pair * width;
        for (int64_t s = 0; s < sources; s++) {
            const float *key = keys + (pair / targets * sources + s) * width;
            float score = 0.0f;
            for (int64_t a = 0; a < width; a++) score += vector[a] * hyperbolic(query[a] + key[a]);
            scores[pair * sources + s] = score;
        }
    }
}

/* Its derivative, added to `grad_queries`, `grad_keys` and `grad_vector`; padding has none and is left out. */
void additive_slopes(const float *restrict queries, const float *restrict keys, const float *restrict vector,
                     const float *restrict grads, float *restrict grad_queries, float *restrict grad_keys,
                     float *restrict grad_vector, int64_t rows, int64_t targets, int64_t sources,
                     int64_t width) {
    for (int64_t pair = 0; pair < rows * targets; pair++) {
        const float *query = queries + pair * width;
        float *grad_query = grad_queries + pair * width;
        for (int64_t s = 0; s < sources; s++) {
            float grad = grads[pair * sources + s];
            if (grad == 0.0f) continue;
            int64_t at = (pair / targets * sources + s) * width;
            for (int64_t a = 0; a < width; a++) {
                float squashed = hyperbolic(query[a] + keys[at + a]);
                float slope = grad * vector[a] * (1.0f - squashed * squashed);
                grad_query[a] += slope;
                grad_keys[at + a] += slope;
                grad_vector[a] += grad * squashed;
            }
        }
    }
}

/* Label-smoothed cross-entropy of `logits` (R, V), to which `bias` (V) is still to be added: their gradient,
 * and the loss summed over rows. `spread` (V) sums to 1. */
double smoothed_loss(const narrow *restrict logits, const float *restrict bias, const int64_t *restrict targets,
                     const float *restrict spread, float smoothing, float *restrict buffer,
                     narrow *restrict grads, float *restrict grad_bias, int64_t rows, int64_t size) {
    double loss = 0.0;
    for (int64_t row = 0; row < rows; row++) {
        const narrow *logit = logits + row * size;
        float peak = -1e30f, total = 0.0f, mean = 0.0f;
        for (int64_t i = 0; i < size; i++) {
            buffer[i] = wide(logit[i]) + bias[i];
            peak = buffer[i] > peak ? buffer[i] : peak;
            mean += spread[i] * buffer[i];
        }
        float gold = buffer[targets[row]];
        for (int64_t i = 0; i < size; i++) total += buffer[i] = power_of_e(buffer[i] - peak);
        loss += peak + logf(total) - (1.0f - smoothing) * gold - smoothing * mean;
        float scale = 1.0f / total;
        for (int64_t i = 0; i < size; i++) buffer[i] = buffer[i] * scale - smoothing * spread[i];
        buffer[targets[row]] -= 1.0f - smoothing;
        for (int64_t i = 0; i < size; i++) {
            grad_bias[i] += buffer[i];
            grads[row * size + i] = rounded(buffer[i]);
        }
    }
    return loss;
}
