namespace Harper.Core.Wire;

/// <summary>
/// A frame that cannot be taken, or not be sent. The one error type of the socket boundary: decoders throw nothing else, whatever the bytes are.
/// Whoever owns the connection decides between ending the session, asking again and quarantine (rules 19 and 24).
/// </summary>
/// <param name="code">What is wrong.</param>
/// <param name="message">Where, and what was expected.</param>
public sealed class FrameError(FrameErrorCode code, string message) : Exception(message)
{
    public FrameErrorCode Code { get; } = code;

    internal static FrameError Truncated(string what) => new(FrameErrorCode.Truncated, $"the frame ends within {what}");

    internal static FrameError Malformed(string message) => new(FrameErrorCode.Malformed, message);

    internal static FrameError TooLarge(string what, long size, long limit) =>
        new(FrameErrorCode.TooLarge, $"{what} of {size} is above the limit of {limit}");
}
