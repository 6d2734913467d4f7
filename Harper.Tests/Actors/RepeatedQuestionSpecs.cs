using Harper.Actors.ControlPlane;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Actors;

/// <summary>Proves architecture 7 where messages are lost: a node that can answer is heard, one that cannot is given up at the deadline.</summary>
public sealed class RepeatedQuestionSpecs
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(10);

    [Fact]
    public async Task A_question_that_was_lost_should_be_asked_again()
    {
        var times = 0;
        Assert.Equal("seen", await Ask(cancelled => ++times switch { 1 => Lost(cancelled), 2 => null, _ => Task.FromResult("seen") }, Wait.Deadline));
        Assert.Equal(3, times);
    }

    /// <summary>What takes longer than the pause is not lost.</summary>
    [Fact]
    public async Task The_answer_to_an_earlier_question_should_count()
    {
        var (first, times) = (new TaskCompletionSource<string>(), 0);
        var answer = await Ask(
            cancelled =>
            {
                if (++times == 1) return first.Task;
                first.TrySetResult("slow");
                return Lost(cancelled);
            },
            Wait.Deadline);
        Assert.Equal("slow", answer);
    }

    [Fact]
    public async Task Nobody_that_answers_should_be_said_at_the_deadline_and_no_question_be_left()
    {
        List<Task<string>> asked = [];
        await Assert.ThrowsAsync<TimeoutException>(() => Ask(
            cancelled =>
            {
                asked.Add(Lost(cancelled));
                return asked[^1];
            },
            Soon * 20));
        Assert.All(asked, question => Assert.True(question.IsCanceled));
        Assert.NotEmpty(asked);
    }

    [Fact]
    public async Task Whoever_gives_up_should_not_wait()
    {
        using var gone = new CancellationTokenSource();
        var asking = RepeatedQuestion.AskAsync(Lost, Wait.Deadline, Wait.Deadline, TimeProvider.System, gone.Token);
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
    }

    private static Task<string> Ask(Func<CancellationToken, Task<string>?> ask, TimeSpan deadline) =>
        RepeatedQuestion.AskAsync(ask, Soon, deadline, TimeProvider.System, TestContext.Current.CancellationToken);

    private static Task<string> Lost(CancellationToken cancellation) => new TaskCompletionSource<string>().Task.WaitAsync(cancellation);
}
