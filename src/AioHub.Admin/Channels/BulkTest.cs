using System.Text.Json;
using AioHub.Admin.Frame;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Core.Routing.Probes;
using Microsoft.AspNetCore.Http;

namespace AioHub.Admin.Channels;

/// <param name="Ids">Absent = all that are enabled.</param>
/// <param name="ListOnly">Ask for lists of models alone, which costs nothing.</param>
internal sealed record BulkTestRequest(IReadOnlyList<long>? Ids, bool? ListOnly);

/// <summary>A line of the answer: one channel is done.</summary>
/// <param name="Done">How many are done, this one included.</param>
/// <param name="Of">How many there are.</param>
/// <param name="Message">What came, or what is wrong first.</param>
/// <param name="Model">That was called.</param>
internal sealed record BulkTestLine(int Done, int Of, long Id, string Name, bool Ok, string Message, string? Model, long Ms);

/// <summary>
/// <c>POST /api/admin/channels/test</c>: many channels, a few at the same time, one line of JSON (NDJSON) for each as it is done, in the order in which they end. It ends when its caller leaves.
/// </summary>
internal static class TestChannels
{
    public const string ContentType = "application/x-ndjson";
    private const int AtOnce = 4;
    private const int Most = 2_000;

    public static async Task AnswerAsync(Body<BulkTestRequest> body, HttpContext http, ServedChannels served, ChannelTrials trials, IUpstreamBench bench, TimeProvider time)
    {
        var ids = body.Value.Ids?.Distinct().ToList();
        if (ids?.Count > Most)
        {
            throw Refused.Invalid("ids", $"has more than {Most} entries");
        }

        var all = ids is null ? [.. served.All.Where(static channel => channel.Enabled)] : ids.ConvertAll(served.Take);
        var question = new TrialQuestion(ListOnly: body.Value.ListOnly == true);
        http.Response.ContentType = ContentType;
        // The caller knows at once that it began: the first channel may take its time.
        await http.Response.StartAsync(http.RequestAborted);
        await http.Response.Body.FlushAsync(http.RequestAborted);
        using var writing = new SemaphoreSlim(1, 1);
        var done = 0;
        await Parallel.ForEachAsync(all, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = http.RequestAborted }, async (channel, cancellation) =>
        {
            var since = time.GetTimestamp();
            var (ok, message, model) = await TryAsync(channel, cancellation);
            await writing.WaitAsync(cancellation);
            try
            {
                var line = new BulkTestLine(++done, all.Count, channel.Id.Value, channel.Name, ok, message, model, (long)time.GetElapsedTime(since).TotalMilliseconds);
                await http.Response.Body.WriteAsync((byte[])[.. JsonSerializer.SerializeToUtf8Bytes(line, ManagementJson.Options), (byte)'\n'], cancellation);
                await http.Response.Body.FlushAsync(cancellation);
            }
            finally
            {
                writing.Release();
            }
        });

        async Task<(bool Ok, string Message, string? Model)> TryAsync(Channel channel, CancellationToken cancellation)
        {
            try
            {
                var results = await trials.TestAsync(bench, channel, question, cancellation);
                var worst = results.FirstOrDefault(static result => !result.Ok) ?? results[^1];
                return (worst.Ok, Told(worst), results.Select(static result => result.Model).FirstOrDefault(static model => model is not null));
            }
            catch (AdminException refused)
            {
                return (false, string.Join("; ", refused.Problems), null);
            }
            catch (Exception failure) when (failure is HttpRequestException or IOException or InvalidOperationException)
            {
                // One channel that cannot be asked at all must not end the others' test.
                return (false, failure.Message, null);
            }
        }
    }

    private static string Told(CredentialTrial trial)
    {
        var failed = trial.Steps.FirstOrDefault(static step => !step.Ok);
        var text = failed is not null ? $"{failed.Name}: {failed.Message}" : trial.Steps.Count > 0 ? string.Join("; ", trial.Steps.Select(static step => $"{step.Name}: {step.Message}")) : trial.Skipped ?? trial.Listed.Message;
        return trial.Ok ? text : $"{trial.Credential.Name}: {text}";
    }
}
