namespace Harper.Host.Demo;

/// <summary>A check of the demonstration that did not hold; the message is the reason shown to the user.</summary>
internal sealed class DemoFailure(string message) : Exception(message);
