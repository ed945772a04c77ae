using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using AioHub.Core.Catalog;
using AioHub.Core.Identity;
using AioHub.Core.Metering;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Relay.Counting;
using AioHub.Relay.Tests.Running;
using AioHub.TestKit;
using AioHub.Wire.Vocabulary;

namespace AioHub.Relay.Tests.Scenarios;

/// <summary>What upstreams report, leave out or report for nothing, and what the caller is charged for it.</summary>
public sealed class UsageAndPriceTests(SharedHub shared)
{
    private const string ChatBody = """{"model":"test-model","messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Say hello to the world, please."}]}""";

    private readonly HubUnderTest _hub = shared.Hub;

    [Fact]
    public async Task A_whole_reply_without_usage_is_counted()
    {
        await using var upstream = await FakeUpstream.StartAsync(_ => Reply.Json(
            200, """{"id":"c","model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"Hello \"world\" \u00e9\ud83d\ude00."},"finish_reason":"stop"}]}"""));
        var customer = await _hub.CustomerAsync(new Offer(), upstream);
        var receipt = await customer.ReceiptAsync(await customer.PostAsync("/v1/chat/completions", ChatBody));
        receipt.Usage.Source.ShouldBe(UsageSource.Counted);
        receipt.Usage.Output.ShouldBe(TextTokens.Count("Hello \"world\" \u00e9\ud83d\ude00."));
        receipt.Usage.Input.ShouldBeInRange(TextTokens.Count("Be brief.Say hello to the world, please."), 22);
        receipt.Charge.Total.Value.ShouldBe(((receipt.Usage.Input * 2) + (receipt.Usage.Output * 10)) * 1000);
        customer.Spent.ShouldBe(receipt.Charge.Total);
    }

    [Fact]
    public async Task A_stream_that_never_told_its_usage_is_counted()
    {
        string[] words = ["Hello", " wor", "ld, this", " is a stream", " of some words\\n", "and a second line."];
        await using var upstream = await FakeUpstream.StartAsync(_ => Reply.Sse(
            [.. words.Select(static word => $$$"""data: {"model":"m","choices":[{"index":0,"delta":{"content":"{{{word}}}"}}]}""" + "\n\n"),
                """data: {"model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}""" + "\n\n", "data: [DONE]\n\n"]));
        var customer = await _hub.CustomerAsync(new Offer(), upstream);
        var receipt = await customer.ReceiptAsync(await customer.PostAsync("/v1/chat/completions", ChatBody.Replace("\"messages\"", "\"stream\":true,\"messages\"", StringComparison.Ordinal)));
        receipt.Outcome.ShouldBe(CallOutcome.Completed);
        receipt.Usage.Source.ShouldBe(UsageSource.Counted);
        receipt.Usage.Output.ShouldBe(TextTokens.Count(string.Concat(words).Replace("\\n", "\n", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_very_long_answer_is_counted_by_its_beginning_and_said_to_be_estimated()
    {
        var text = string.Concat(Enumerable.Range(0, 20_000).Select(static i => i % 7 == 0 ? "lorem " : "ipsum "));
        await using var upstream = await FakeUpstream.StartAsync(_ => Reply.Json(
            200, $$$"""{"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"{{{text}}}"},"finish_reason":"stop"}]}"""));
        var customer = await _hub.CustomerAsync(new Offer(), upstream);
        var receipt = await customer.ReceiptAsync(await customer.PostAsync("/v1/chat/completions", ChatBody));
        receipt.Usage.Source.ShouldBe(UsageSource.Estimated);
        ((double)receipt.Usage.Output / TextTokens.Count(text)).ShouldBeInRange(0.97, 1.03);
    }

    [Fact]
    public async Task What_a_failed_attempt_used_is_the_operators_cost_and_nobody_elses()
    {
        var sample = Sample.Of(Dialect.AnthropicMessages);
        await using var first = await FakeUpstream.StartAsync(_ => Reply.Sse(sample.Events[0], "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"full\"}}\n\n"));
        await using var second = await FakeUpstream.StartAsync(_ => sample.StreamReply());
        var customer = await _hub.CustomerAsync(new Offer { Role = Role.Operator }, first, second);
        var answer = await customer.PostAsync(sample.StreamPath, sample.StreamBody);
        answer.Text.ShouldBe(sample.Stream);
        var receipt = await customer.ReceiptAsync(answer);
        receipt.Attempts.Length.ShouldBe(2);
        receipt.Attempts[0].OperatorCost.ShouldBe(new NanoUsd(((7 * 2) + (1 * 10)) * 1000));
        receipt.Attempts[0].Usage.Input.ShouldBe(7);
        receipt.Attempts[1].OperatorCost.ShouldBeNull();
        receipt.Charge.Total.Value.ShouldBe(Sample.Nano);
        customer.Spent.Value.ShouldBe(Sample.Nano);
        var shown = (await customer.GetAsync("/api/usage/requests/" + answer.RequestId)).Json.GetProperty("attempts")[0];
        shown.GetProperty("operator_cost_nano_usd").GetInt64().ShouldBe(24_000);
        shown.GetProperty("usage").GetProperty("input").GetInt64().ShouldBe(7);
    }

    /// <summary>Upstreams that refuse after they worked say so in the error, by status or inside a 200.</summary>
    [Theory]
    [InlineData(Dialect.OpenAiChat, 500, """{"error":{"message":"x","type":"server_error"},"usage":{"prompt_tokens":7,"completion_tokens":1,"total_tokens":8}}""")]
    [InlineData(Dialect.OpenAiChat, 200, """{"error":{"message":"x","type":"server_error"},"usage":{"prompt_tokens":7,"completion_tokens":1,"total_tokens":8}}""")]
    [InlineData(Dialect.OpenAiResponses, 503, """{"object":"response","status":"failed","error":{"message":"x","code":"server_error"},"output":[],"usage":{"input_tokens":7,"output_tokens":1,"total_tokens":8}}""")]
    [InlineData(Dialect.OpenAiResponses, 200, """{"object":"response","status":"failed","error":{"message":"x","code":"server_error"},"output":[],"usage":{"input_tokens":7,"output_tokens":1,"total_tokens":8}}""")]
    [InlineData(Dialect.AnthropicMessages, 529, """{"type":"error","error":{"type":"overloaded_error","message":"x"},"usage":{"input_tokens":7,"output_tokens":1}}""")]
    [InlineData(Dialect.AnthropicMessages, 200, """{"type":"error","error":{"type":"overloaded_error","message":"x"},"usage":{"input_tokens":7,"output_tokens":1}}""")]
    [InlineData(Dialect.Gemini, 503, """{"error":{"code":503,"message":"x","status":"UNAVAILABLE"},"usageMetadata":{"promptTokenCount":7,"candidatesTokenCount":1,"totalTokenCount":8}}""")]
    [InlineData(Dialect.Gemini, 200, """{"error":{"code":503,"message":"x","status":"UNAVAILABLE"},"usageMetadata":{"promptTokenCount":7,"candidatesTokenCount":1,"totalTokenCount":8}}""")]
    public async Task Usage_inside_an_error_is_the_operators_cost_and_nobody_elses(Dialect dialect, int status, string error)
    {
        var sample = Sample.Of(dialect);
        await using var first = await FakeUpstream.StartAsync(_ => Reply.Json(status, error));
        await using var second = await FakeUpstream.StartAsync(_ => sample.WholeReply());
        var customer = await _hub.CustomerAsync(new Offer(), first, second);
        await _hub.Home.Channels.UpsertAsync(new ChannelDraft { Name = customer.Name + "-0", CostMultiplier = 0.25m });
        await _hub.RefreshAsync();
        var receipt = await customer.ReceiptAsync(await customer.PostAsync(sample.Path, sample.Body));
        receipt.Attempts.Length.ShouldBe(2);
        (receipt.Attempts[0].Usage.Input, receipt.Attempts[0].Usage.Output).ShouldBe((7, 1));
        receipt.LostCost.ShouldBe(new NanoUsd(((7 * 2) + (1 * 10)) * 1000 / 4));
        receipt.Charge.Total.Value.ShouldBe(Sample.Nano);
        customer.Spent.Value.ShouldBe(Sample.Nano);
    }

    [Fact]
    public async Task When_all_fail_the_cost_is_kept_and_nobody_pays()
    {
        await using var upstream = await FakeUpstream.StartAsync(_ => Reply.Json(500, """{"error":{"message":"x"},"usage":{"prompt_tokens":7,"completion_tokens":1,"total_tokens":8}}"""));
        var customer = await _hub.CustomerAsync(new Offer(), upstream);
        var receipt = await customer.ReceiptAsync(await customer.PostAsync("/v1/chat/completions", ChatBody));
        (receipt.Outcome, receipt.OperatorCost.Value, receipt.ServedCost).ShouldBe((CallOutcome.Failed, 24_000, NanoUsd.Zero));
        await customer.ShouldHavePaidNothingAsync();
    }

    /// <summary>What callers pay (group, user and key) and what the operator pays (the channel) are two things.</summary>
    [Theory]
    [InlineData("1", "1")]
    [InlineData("0.8", "1")]
    [InlineData("0", "1")]
    [InlineData("1.5", "0.2")]
    [InlineData("1", "0")]
    [InlineData("0.333333", "3")]
    public async Task Cost_is_list_price_times_the_channels_multiplier_whatever_callers_pay(string costText, string groupText)
    {
        var (cost, group) = (decimal.Parse(costText, CultureInfo.InvariantCulture), decimal.Parse(groupText, CultureInfo.InvariantCulture));
        var sample = Sample.Of(Dialect.OpenAiChat);
        await using var upstream = await FakeUpstream.StartAsync(_ => sample.WholeReply());
        var customer = await _hub.CustomerAsync(new Offer { Role = Role.Operator }, upstream);
        await _hub.Home.Groups.UpsertAsync(new GroupDraft { Name = customer.Name, Multiplier = group });
        await _hub.Home.Channels.UpsertAsync(new ChannelDraft { Name = customer.Name + "-0", CostMultiplier = cost });
        await _hub.RefreshAsync();
        var answer = await customer.PostAsync(sample.Path, sample.Body);
        var receipt = await customer.ReceiptAsync(answer);
        receipt.Charge.Total.ShouldBe(NanoUsd.FromUsd(new NanoUsd(Sample.Nano).ToUsd() * group));
        receipt.OperatorCost.ShouldBe(NanoUsd.FromUsd(new NanoUsd(Sample.Nano).ToUsd() * cost));
        var shown = (await customer.GetAsync("/api/usage/requests/" + answer.RequestId)).Json;
        shown.GetProperty("operator_cost_nano_usd").GetInt64().ShouldBe(receipt.OperatorCost.Value);
        shown.GetProperty("margin_usd").GetString().ShouldBe((receipt.Charge.Total - receipt.OperatorCost).ToUsdString());
    }

    [Fact]
    public async Task Callers_see_neither_cost_nor_margin()
    {
        var sample = Sample.Of(Dialect.OpenAiChat);
        await using var upstream = await FakeUpstream.StartAsync(_ => sample.WholeReply());
        var customer = await _hub.CustomerAsync(new Offer(), upstream);
        var answer = await customer.PostAsync(sample.Path, sample.Body);
        var shown = (await customer.GetAsync("/api/usage/requests/" + answer.RequestId)).Text;
        (shown.Contains("operator_cost", StringComparison.Ordinal), shown.Contains("margin", StringComparison.Ordinal)).ShouldBe((false, false));
    }

    [Fact]
    public async Task An_answer_without_content_is_free_and_its_cost_is_kept()
    {
        await using var upstream = await FakeUpstream.StartAsync(_ => Reply.Json(
            200, """{"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":""},"finish_reason":"stop"}],"usage":{"prompt_tokens":1000,"completion_tokens":0,"total_tokens":1000}}"""));
        var customer = await _hub.CustomerAsync(new Offer(), upstream);
        var receipt = await customer.ReceiptAsync(await customer.PostAsync("/v1/chat/completions", ChatBody));
        receipt.Charge.Total.ShouldBe(NanoUsd.Zero);
        receipt.Attempts.ShouldHaveSingleItem().OperatorCost.ShouldBe(new NanoUsd(2_000_000));
        await customer.ShouldHavePaidNothingAsync();
    }

    [Fact]
    public async Task Multipliers_of_user_and_key_stand_beside_the_groups()
    {
        var sample = Sample.Of(Dialect.OpenAiChat);
        await using var upstream = await FakeUpstream.StartAsync(_ => sample.WholeReply());
        var customer = await _hub.CustomerAsync(new Offer(), upstream);
        var email = $"{customer.Name}@example.com";
        await _hub.Home.Identity.UpsertUserAsync(new UserDraft { Email = email, Multiplier = 0.5m });
        await _hub.Home.Identity.UpsertKeyAsync(new KeyDraft { Name = customer.Name, User = email, Multiplier = 3m });
        await _hub.Home.Groups.UpsertAsync(new GroupDraft { Name = customer.Name, Multiplier = 0.2m });
        await _hub.RefreshAsync();
        var answer = await customer.PostAsync(sample.Path, sample.Body);
        var receipt = await customer.ReceiptAsync(answer);
        receipt.Charge.Multiplier.ShouldBe(0.3m);
        receipt.Charge.Factors.ShouldBe([new("group", 0.2m), new("user", 0.5m), new("key", 3m)]);
        receipt.Charge.Total.Value.ShouldBe(Sample.Nano * 3 / 10);
        customer.Spent.ShouldBe(receipt.Charge.Total);
        var shown = (await customer.GetAsync("/api/usage/requests/" + answer.RequestId)).Json;
        shown.GetProperty("multiplier").GetString().ShouldBe("0.3");
        shown.GetProperty("multipliers").GetProperty("key").GetString().ShouldBe("3");
    }

    [Theory]
    // What the reply says was made wins over what was asked for.
    [InlineData("""{"data":[{"b64_json":"AAAA"},{"b64_json":"AAAA"}]}""", 2, "0.2")]
    [InlineData("""{"data":[{"b64_json":"AAAA"}],"size":"1024x1024","quality":"low"}""", 1, "0.01")]
    [InlineData("""{"data":[{"b64_json":"AAAA"}],"size":"2048x2048","quality":"low"}""", 1, "0.1")]
    public async Task Images_cost_by_size_and_quality(string reply, int images, string usd)
    {
        await DefineAsync("images-" + _hub.GetHashCode().ToString(CultureInfo.InvariantCulture), ModelKind.Image, new PriceRow
        {
            Version = "", From = new DateTime(2024, 1, 1, 0, 0, 0, DateTimeKind.Utc),
            PerImage = [new ImagePrice("1024x1024", "low", 0.01m), new ImagePrice("1024x1024", "high", 0.1m)],
        });
        await using var upstream = await FakeUpstream.StartAsync(_ => Reply.Json(200, reply));
        var customer = await _hub.CustomerAsync(new Offer("openai"), upstream);
        var body = $$"""{"model":"images-{{_hub.GetHashCode()}}","prompt":"a cat","size":"1024x1024","quality":"high","n":2}""";
        var receipt = await customer.ReceiptAsync(await customer.PostAsync("/v1/images/generations", body));
        receipt.Usage.Images.ShouldBe(images);
        receipt.Charge.Total.ToUsd().ShouldBe(decimal.Parse(usd, CultureInfo.InvariantCulture));
        customer.Spent.ShouldBe(receipt.Charge.Total);
    }

    [Fact]
    public async Task Speech_costs_by_the_character()
    {
        await DefineAsync("speech-model", ModelKind.Speech, new PriceRow { Version = "", From = new DateTime(2024, 1, 1, 0, 0, 0, DateTimeKind.Utc), PerCharacter = 0.000015m });
        await using var upstream = await FakeUpstream.StartAsync(_ => Reply.Status(200).Header("Content-Type", "audio/mpeg").Send("ID3 sound"));
        var customer = await _hub.CustomerAsync(new Offer("openai"), upstream);
        var receipt = await customer.ReceiptAsync(await customer.PostAsync("/v1/audio/speech", """{"model":"speech-model","voice":"alloy","input":"Gr\u00fc\u00dfe, \ud83d\ude00 Welt!"}"""));
        receipt.Usage.Characters.ShouldBe(14);
        receipt.Charge.Lines.Single(static line => line.Usd != 0).ShouldBe(new LineItem("character", 14, 15m));
        receipt.Charge.Total.Value.ShouldBe(210_000);
        customer.Spent.ShouldBe(receipt.Charge.Total);
    }

    [Theory]
    [InlineData("""{"text":"hi","usage":{"type":"duration","seconds":27}}""", 27_000)]
    [InlineData("""{"task":"transcribe","duration":8.47,"text":"hi"}""", 8_470)]
    [InlineData("""{"text":"hi"}""", 2_500)]
    public async Task Transcripts_cost_by_the_second_told_or_read_from_the_file(string reply, long milliseconds)
    {
        await DefineAsync("transcribe-model", ModelKind.Transcription, new PriceRow { Version = "", From = new DateTime(2024, 1, 1, 0, 0, 0, DateTimeKind.Utc), PerSecond = 0.0001m });
        await using var upstream = await FakeUpstream.StartAsync(_ => Reply.Json(200, reply));
        var customer = await _hub.CustomerAsync(new Offer("openai"), upstream);
        using var form = new MultipartFormDataContent("gap");
        form.Add(new StringContent("transcribe-model"), "model");
        var file = new ByteArrayContent(Wave(20_000, 8_000));
        file.Headers.ContentType = new MediaTypeHeaderValue("audio/wav");
        form.Add(file, "file", "a.wav");
        using var request = customer.Request("/v1/audio/transcriptions", form);
        var receipt = await customer.ReceiptAsync(await Answer.ReadAsync(_hub.Client, request));
        receipt.Usage.Milliseconds.ShouldBeInRange(milliseconds, milliseconds + 10);
        receipt.Charge.Total.Value.ShouldBe(receipt.Usage.Milliseconds * 100);
        customer.Spent.ShouldBe(receipt.Charge.Total);
    }

    [Theory]
    [InlineData("xai", null, 30)]
    [InlineData("openai", "xai", 30)]
    [InlineData("openai", "openai", 20)]
    public async Task A_vendor_counts_by_its_own_rules(string type, string? rules, long output)
    {
        await using var upstream = await FakeUpstream.StartAsync(_ => Reply.Json(200,
            """{"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"x"},"finish_reason":"stop"}],"usage":{"prompt_tokens":7,"completion_tokens":20,"completion_tokens_details":{"reasoning_tokens":10}}}"""));
        var customer = await _hub.CustomerAsync(
            new Offer(type) { Settings = rules is null ? null : new Dictionary<string, string> { ["usage_rules"] = rules } }, upstream);
        var answer = await customer.PostAsync("/v1/chat/completions", ChatBody);
        (await customer.ReceiptAsync(answer)).Usage.Output.ShouldBe(output);
        answer.Json.GetProperty("usage").GetProperty("completion_tokens").GetInt32().ShouldBe(20, "the caller sees what the upstream said");
    }

    [Fact]
    public async Task Messages_of_third_parties_may_hold_the_cache_inside_their_input()
    {
        await using var upstream = await FakeUpstream.StartAsync(_ => Reply.Json(200,
            """{"type":"message","role":"assistant","model":"m","content":[{"type":"text","text":"x"}],"stop_reason":"end_turn","usage":{"input_tokens":1000,"cache_read_input_tokens":900,"cache_creation_input_tokens":60,"output_tokens":1,"service_tier":"standard","inference_geo":"us"}}"""));
        var customer = await _hub.CustomerAsync(new Offer { Settings = new Dictionary<string, string> { ["usage_rules"] = "messages-cache-inside" } }, upstream);
        var receipt = await customer.ReceiptAsync(await customer.PostAsync("/v1/messages", Sample.Of(Dialect.AnthropicMessages).Body));
        (receipt.Usage.Input, receipt.Usage.CacheRead, receipt.Usage.CacheWrite5m).ShouldBe((40, 900, 60));
        receipt.Charge.Total.Value.ShouldBe(((40 * 2_000) + (900 * 200) + (60 * 2_500) + 10_000));
    }

    [Theory]
    [InlineData("eu", null, "1.1")]
    [InlineData("us", null, "1")]
    [InlineData("us", "eu", "1.1")]
    [InlineData("eu", "not_available", "1.1")]
    [InlineData("eu", "global", "1")]
    public async Task A_region_is_the_channels_unless_the_reply_tells(string setting, string? told, string multiplier)
    {
        await DefineAsync("regional-model", ModelKind.Chat, new PriceRow
        {
            Version = "", From = new DateTime(2024, 1, 1, 0, 0, 0, DateTimeKind.Utc), Rates = new Rates { Input = 2m, Output = 10m },
            Regions = System.Collections.Frozen.FrozenDictionary.ToFrozenDictionary(new Dictionary<string, decimal> { ["eu"] = 1.1m }),
        });
        var geo = told is null ? "" : $",\"inference_geo\":\"{told}\"";
        await using var upstream = await FakeUpstream.StartAsync(_ => Reply.Json(200,
            """{"type":"message","role":"assistant","model":"m","content":[{"type":"text","text":"x"}],"stop_reason":"end_turn","usage":{"input_tokens":7,"output_tokens":5@}}""".Replace("@", geo, StringComparison.Ordinal)));
        var customer = await _hub.CustomerAsync(new Offer { Settings = new Dictionary<string, string> { ["region"] = setting } }, upstream);
        var body = Sample.Of(Dialect.AnthropicMessages).Body.Replace("test-model", "regional-model", StringComparison.Ordinal);
        var receipt = await customer.ReceiptAsync(await customer.PostAsync("/v1/messages", body));
        receipt.Charge.Multiplier.ShouldBe(decimal.Parse(multiplier, CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task Without_a_price_a_call_is_refused()
    {
        await DefineAsync("unpriced-model", ModelKind.Chat);
        await using var upstream = await FakeUpstream.StartAsync(_ => Sample.Of(Dialect.OpenAiChat).WholeReply());
        var customer = await _hub.CustomerAsync(new Offer(), upstream);
        var answer = await customer.PostAsync("/v1/chat/completions", ChatBody.Replace("test-model", "unpriced-model", StringComparison.Ordinal));
        answer.Error.ShouldBe("model_price_missing");
        upstream.Requests.ShouldBeEmpty();
        await customer.ShouldHavePaidNothingAsync();
    }

    private async Task DefineAsync(string id, ModelKind kind, params PriceRow[] prices)
    {
        await _hub.Home.Models.UpsertModelAsync(new ModelDraft
        {
            Id = id, Vendor = "test", DisplayName = id, Kind = kind, ContextWindow = 200_000, MaxOutputTokens = 32_000, Capabilities = HubUnderTest.Everything, Prices = [.. prices],
        });
        await _hub.RefreshAsync();
    }

    /// <summary>A sound of one byte a sample.</summary>
    private static byte[] Wave(int bytes, int rate)
    {
        using var memory = new MemoryStream();
        using var writer = new BinaryWriter(memory);
        writer.Write(Encoding.ASCII.GetBytes("RIFF"));
        writer.Write(36 + bytes);
        writer.Write(Encoding.ASCII.GetBytes("WAVEfmt "));
        writer.Write(16);
        writer.Write((short)1);
        writer.Write((short)1);
        writer.Write(rate);
        writer.Write(rate);
        writer.Write((short)1);
        writer.Write((short)8);
        writer.Write(Encoding.ASCII.GetBytes("data"));
        writer.Write(bytes);
        writer.Write(new byte[bytes]);
        return memory.ToArray();
    }
}
