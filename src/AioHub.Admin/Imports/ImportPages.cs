using System.Diagnostics.CodeAnalysis;
using AioHub.Admin.Frame;
using AioHub.Core.Import;
using AioHub.Core.Import.NewApi;
using AioHub.Core.Primitives;
using Microsoft.AspNetCore.Http;

namespace AioHub.Admin.Imports;

/// <param name="Upload">A file that was sent. One of <c>upload</c> and <c>url</c>.</param>
/// <param name="Url">Where a new-api runs.</param>
/// <param name="Token">With <c>url</c>: an access token of its root user.</param>
/// <param name="TokenUser">With <c>url</c>: whose token it is; absent = 1.</param>
/// <param name="AllowPrivateNetwork">The address may lie in a private network or on this machine.</param>
/// <param name="Origin">Names the installation; another word for a second one. Absent = <c>new-api</c>.</param>
/// <param name="Balances">False: leave users' money where it is; a later import brings it over.</param>
[SuppressMessage("Design", "CA1056", Justification = "A text that is yet to be looked at.")]
internal sealed record ImportRequest(string? Upload, string? Url, string? Token, long? TokenUser, bool? AllowPrivateNetwork, string? Origin, bool? Balances)
{
    public NewApiWish Wish => new(Origin ?? NewApiPlanner.DefaultOrigin, Balances ?? true);

    /// <summary>Of the source and of what would be done; the token is no part of it.</summary>
    public string TagOf(ImportPlanReply plan) => EntityTags.Of(new SeenImport(Upload, Url, TokenUser, Wish.Origin, Wish.Balances, plan));
}

/// <summary>What a tag is of.</summary>
[SuppressMessage("Design", "CA1056", Justification = "A text as it was sent.")]
internal sealed record SeenImport(string? Upload, string? Url, long? TokenUser, string Origin, bool Balances, ImportPlanReply Plan);

/// <summary>How many there are in the source.</summary>
internal sealed record ImportCounts(int Channels, int Users, int Tokens, int Codes, int Options);

/// <param name="Kind">It did not come over, came over otherwise, or is only to be known.</param>
/// <param name="What">As the source has it.</param>
/// <param name="Remedy">Empty = nothing needs to be done.</param>
internal sealed record ImportNoteShape(ImportNoteKind Kind, string What, string Reason, string Remedy);

/// <summary>What an import does, or would do.</summary>
/// <param name="Found">In the source.</param>
/// <param name="MovedUsd">What goes into wallets, less what comes out of them. What was brought over before does not move again.</param>
internal sealed record ImportPlanReply(ImportCounts Found, decimal MovedUsd, IReadOnlyList<ThingChange> Changes, IReadOnlyList<ImportNoteShape> Notes)
{
    public static ImportPlanReply Of(NewApiContent content, ImportReport report) => new(
        new ImportCounts(content.Channels.Length, content.Users.Count(static user => !user.Deleted), content.Tokens.Count(static token => !token.Deleted), content.Codes.Length, content.Options.Count),
        report.Moved.ToUsd(),
        [.. report.Changes.Select(ThingChange.Of)],
        [.. report.Notes.Select(static note => new ImportNoteShape(note.Kind, note.What, note.Reason, note.Remedy))]);
}

/// <summary>One line of an import's progress; the last has the plan, or why there is none.</summary>
/// <param name="Step"><c>reading</c>, <c>comparing</c> (of a preview), <c>writing</c> (of a run), <c>done</c> or <c>failed</c>.</param>
/// <param name="Done">Bytes of <c>reading</c>, things of <c>comparing</c> and <c>writing</c>.</param>
/// <param name="Of">How many there will be, where that is known.</param>
/// <param name="Tag">Of a preview: for <c>If-Match</c> of the run.</param>
/// <param name="Code">Why it failed, for programs.</param>
/// <param name="Errors">What is wrong with each field.</param>
internal sealed record ImportLine(
    string Step, long? Done = null, long? Of = null, ImportPlanReply? Plan = null, string? Tag = null, string? Code = null, string? Detail = null, IReadOnlyDictionary<string, string[]>? Errors = null)
{
    public static ImportLine Failed(Refused refused) =>
        new("failed", Plan: refused.Present as ImportPlanReply, Code: Problems.CodeOf(refused.Code), Detail: refused.Message, Errors: refused.Errors);
}

/// <summary>
/// Tells how far an import is, beside the work: a caller who reads slowly must not hold the transaction up, on which the charges of calls wait.
/// </summary>
/// <param name="step">What the part with the database is called.</param>
internal sealed class ImportProgress(HttpContext http, string step, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(150);
    private ImportLine? _now;

    public void Read(long bytes, long? of) => Volatile.Write(ref _now, new ImportLine("reading", bytes, of));

    public void Done(int done, int of) => Volatile.Write(ref _now, new ImportLine(step, done, of));

    /// <summary>Tells until the work is done. When the caller leaves, the work's end is waited for: it has their cancellation.</summary>
    public async Task<T> UntilAsync<T>(Task<T> work)
    {
        ImportLine? told = null;
        try
        {
            while (await Task.WhenAny(work, Task.Delay(Pause, time, http.RequestAborted)) != work)
            {
                http.RequestAborted.ThrowIfCancellationRequested();
                if (Volatile.Read(ref _now) is { } now && now != told)
                {
                    await JsonLines.TellAsync(http, told = now);
                }
            }
        }
        catch (Exception left) when (left is OperationCanceledException or IOException)
        {
            await work;
            throw;
        }

        return await work;
    }
}

/// <summary><c>POST /api/admin/imports/preview</c>: a dry run. Writes nothing.</summary>
internal static class PreviewImport
{
    public static Task AnswerAsync(Body<ImportRequest> body, HttpContext http, Who who, ImportReader reader, NewApiImport import, TimeProvider time) => JsonLines.RunAsync(http, async () =>
    {
        await JsonLines.TellAsync(http, new ImportLine("reading"));
        var progress = new ImportProgress(http, "comparing", time);
        var content = await progress.UntilAsync(reader.ReadAsync(body.Value, who.User, progress.Read, http.RequestAborted));
        var report = await progress.UntilAsync(import.RunAsync(content, body.Value.Wish, dryRun: true, progress.Done, agree: null, http.RequestAborted));
        var plan = ImportPlanReply.Of(content, report);
        await JsonLines.TellAsync(http, new ImportLine("done", Plan: plan, Tag: body.Value.TagOf(plan)));
    }, ImportLine.Failed);
}

/// <summary>
/// <c>POST /api/admin/imports/run</c>: reads the source again and compares in the transaction that writes; where it is no longer what was seen, nothing is done. Whoever leaves before its end
/// undoes all of it. Sent twice it moves no money twice: the ledger's entries have keys of the source's.
/// </summary>
internal static class RunImport
{
    public static Task AnswerAsync(Body<ImportRequest> body, HttpContext http, Who who, ImportReader reader, NewApiImport import, Uploads uploads, TimeProvider time)
    {
        var wanted = http.Request.Headers.IfMatch.ToString();
        if (wanted.Length == 0)
        {
            throw new Refused(RefusalCode.IfMatchRequired, "Send the tag of the preview as If-Match, so that what was seen is what is done.");
        }

        return JsonLines.RunAsync(http, async () =>
        {
            await JsonLines.TellAsync(http, new ImportLine("reading"));
            var progress = new ImportProgress(http, "writing", time);
            var content = await progress.UntilAsync(reader.ReadAsync(body.Value, who.User, progress.Read, http.RequestAborted));
            var report = await progress.UntilAsync(import.RunAsync(content, body.Value.Wish, dryRun: false, progress.Done, Agree, http.RequestAborted));
            if (body.Value.Upload is { } id)
            {
                uploads.Remove(who.User, id);
            }

            await JsonLines.TellAsync(http, new ImportLine("done", Plan: ImportPlanReply.Of(content, report)));

            void Agree(ImportReport found)
            {
                var plan = ImportPlanReply.Of(content, found);
                if (body.Value.TagOf(plan) != wanted)
                {
                    throw new Refused(RefusalCode.ChangedMeanwhile, "The source or the hub changed since the preview; nothing was done. Look at the new preview.") { Present = plan };
                }
            }
        }, ImportLine.Failed);
    }
}
