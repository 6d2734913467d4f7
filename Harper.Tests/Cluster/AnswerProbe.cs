using System.Diagnostics;
using Harper.Host.Demo;
using Harper.Tests.Support;

namespace Harper.Tests.Cluster;

/// <summary>A client that reads one row after the other and remembers how long each answer took.</summary>
internal sealed class AnswerProbe : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly List<double> _answers = [];
    private readonly Task _running;

    public AnswerProbe(DemoNode node, object operation)
    {
        _running = Task.Run(async () =>
        {
            using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
            while (!_stop.IsCancellationRequested)
            {
                var started = Stopwatch.GetTimestamp();
                await node.RunAsync(operation, CancellationToken.None);
                _answers.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
                var waits = Stopwatch.GetTimestamp();
                await pace.WaitForNextTickAsync();
                WorstWait = Math.Max(WorstWait, Stopwatch.GetElapsedTime(waits).TotalMilliseconds);
            }
        });
    }

    /// <summary>How late this process itself was when it wanted to go on, at worst, in milliseconds: what a busy machine does to everybody.</summary>
    public double WorstWait { get; private set; }

    /// <summary>How long answers took, in milliseconds, the quickest first.</summary>
    public async Task<IReadOnlyList<double>> StopAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _answers.Sort();
        return _answers;
    }

    public static string Words(IReadOnlyList<double> answers) =>
        answers.Count == 0 ? "none" : $"{answers.Count} answers, p50 {answers[answers.Count / 2]:0.0}, p99 {answers[answers.Count * 99 / 100]:0.0}, worst {answers[^1]:0.0} ms";

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.WaitAsync(Wait.Deadline);
        _stop.Dispose();
    }
}
