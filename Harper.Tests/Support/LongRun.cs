namespace Harper.Tests.Support;

/// <summary>The switch between the run that everybody waits for and the soak (<c>./test.sh --long</c>).</summary>
internal static class LongRun
{
    public static bool IsOn { get; } = Environment.GetEnvironmentVariable("HARPER_LONG") is "1" or "true";

    public static int Scale(int usual, int @long) => IsOn ? @long : usual;
}
