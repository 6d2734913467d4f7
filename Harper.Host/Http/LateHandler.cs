using Microsoft.AspNetCore.Http;

namespace Harper.Host.Http;

/// <summary>Takes requests from the moment the address is taken, and holds them until the node can answer.</summary>
internal sealed class LateHandler
{
    private readonly TaskCompletionSource<RequestDelegate> _real = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Use(RequestDelegate real) => _real.TrySetResult(real);

    /// <summary>The node stops before it could answer: what waits is cut.</summary>
    public void GiveUp() => _real.TrySetCanceled();

    public Task HandleAsync(HttpContext context) => _real.Task.IsCompletedSuccessfully ? _real.Task.Result(context) : WaitAsync(context);

    private async Task WaitAsync(HttpContext context)
    {
        try
        {
            var real = await _real.Task.WaitAsync(context.RequestAborted).ConfigureAwait(false);
            await real(context).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!_real.Task.IsCompletedSuccessfully)
        {
            context.Abort();
        }
    }
}
