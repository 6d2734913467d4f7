using Harper.Core.Keys;
using Harper.Core.Values;

namespace Harper.Core.Commit;

/// <summary>How bytes that are no record show themselves when a change is merged.</summary>
internal static class MalformedChange
{
    public static bool Is(Exception exception) =>
        exception is ValueFormatException or KeyFormatException or InvalidDataException or ArgumentException or IndexOutOfRangeException;
}
