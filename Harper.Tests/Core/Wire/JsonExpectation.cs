using System.Text.Json;
using Xunit;

namespace Harper.Tests.Core.Wire;

/// <summary>Holds JSON of ours against a value of the vectors, which mark with <c>$</c> what JSON lacks; long texts are shortened there.</summary>
internal static class JsonExpectation
{
    public static void Check(JsonElement expected, JsonElement actual, params string[] apart)
    {
        switch (expected.ValueKind)
        {
            case JsonValueKind.Object when expected.TryGetProperty("$bigint", out var big): Assert.Equal(big.GetString(), actual.GetRawText()); break;
            case JsonValueKind.Object when expected.TryGetProperty("$date", out var date):
                Assert.Equal(date.GetDateTime(), actual.GetDateTime());
                break;
            case JsonValueKind.Object when expected.TryGetProperty("$bin", out var binary):
                Assert.Equal(binary.GetString(), Convert.ToHexStringLower(actual.GetBytesFromBase64()));
                break;
            case JsonValueKind.Object when expected.EnumerateObject().Any(member => member.Name[0] == '$'): break;
            case JsonValueKind.Object:
                foreach (var member in expected.EnumerateObject())
                {
                    if (apart.Contains(member.Name) || member.Value.IsUndefined()) continue;
                    Assert.True(actual.TryGetProperty(member.Name, out var value), $"{member.Name} is missing in {actual}");
                    Check(member.Value, value);
                }
                var known = expected.EnumerateObject().Select(member => member.Name).ToHashSet();
                Assert.All(actual.EnumerateObject(), member => Assert.Contains(member.Name, known));
                break;
            case JsonValueKind.Array:
                Assert.Equal(expected.GetArrayLength(), actual.GetArrayLength());
                foreach (var (left, right) in expected.EnumerateArray().Zip(actual.EnumerateArray())) Check(left, right);
                break;
            case JsonValueKind.String when actual.GetString() != expected.GetString():
                // Texts of certificates are shortened in the vectors.
                Assert.Contains("BEGIN", actual.GetString()!, StringComparison.Ordinal);
                break;
            case JsonValueKind.Number: Assert.Equal(expected.GetDouble(), actual.GetDouble()); break;
            default: Assert.Equal(expected.ValueKind, actual.ValueKind); break;
        }
    }
}
