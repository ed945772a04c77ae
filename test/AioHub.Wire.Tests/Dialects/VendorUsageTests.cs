using AioHub.Wire.Dialects;
using AioHub.Wire.Vocabulary;

namespace AioHub.Wire.Tests.Dialects;

/// <summary>What the same figures mean at different vendors.</summary>
public sealed class VendorUsageTests
{
    [Theory]
    // Reasoning and its place.
    [InlineData("default", """{"prompt_tokens":7,"completion_tokens":20,"total_tokens":37,"completion_tokens_details":{"reasoning_tokens":10}}""", 7, 0, 0, 30, false)]
    [InlineData("default", """{"prompt_tokens":7,"completion_tokens":20,"total_tokens":27,"completion_tokens_details":{"reasoning_tokens":10}}""", 7, 0, 0, 20, false)]
    [InlineData("default", """{"prompt_tokens":7,"completion_tokens":20,"completion_tokens_details":{"reasoning_tokens":10}}""", 7, 0, 0, 20, false)]
    [InlineData("xai", """{"prompt_tokens":7,"completion_tokens":20,"completion_tokens_details":{"reasoning_tokens":10}}""", 7, 0, 0, 30, false)]
    [InlineData("xai", """{"prompt_tokens":468,"completion_tokens":77,"total_tokens":1127,"prompt_tokens_details":{"cached_tokens":467},"completion_tokens_details":{"reasoning_tokens":582}}""", 1, 467, 0, 659, false)]
    [InlineData("xai", """{"prompt_tokens":7,"completion_tokens":20,"total_tokens":27,"completion_tokens_details":{"reasoning_tokens":10}}""", 7, 0, 0, 20, false)]
    [InlineData("xai", """{"prompt_tokens":10,"completion_tokens":20,"prompt_tokens_details":{"cached_tokens":64}}""", 10, 64, 0, 20, false)]
    [InlineData("openai", """{"prompt_tokens":10,"completion_tokens":20,"prompt_tokens_details":{"cached_tokens":64}}""", 0, 10, 0, 20, true)]
    [InlineData("openrouter", """{"prompt_tokens":43,"completion_tokens":10,"total_tokens":53,"completion_tokens_details":{"reasoning_tokens":11}}""", 43, 0, 0, 10, true)]
    [InlineData("vercel", """{"prompt_tokens":113,"completion_tokens":327,"total_tokens":440,"completion_tokens_details":{"reasoning_tokens":256}}""", 113, 0, 0, 583, false)]
    // The cache.
    [InlineData("deepseek", """{"prompt_tokens":100,"completion_tokens":5,"total_tokens":105,"prompt_cache_hit_tokens":64,"prompt_cache_miss_tokens":36}""", 36, 64, 0, 5, false)]
    [InlineData("deepseek", """{"prompt_tokens":90,"completion_tokens":5,"prompt_cache_hit_tokens":64,"prompt_cache_miss_tokens":36}""", 36, 64, 0, 5, false)]
    [InlineData("dashscope", """{"prompt_tokens":100,"completion_tokens":5,"total_tokens":105,"prompt_tokens_details":{"cached_tokens":50,"cache_creation_input_tokens":20,"cache_creation":{"ephemeral_5m_input_tokens":20}}}""", 30, 50, 20, 5, false)]
    [InlineData("dashscope", """{"prompt_tokens":100,"completion_tokens":5,"prompt_tokens_details":{"cached_tokens":50,"cache_write_tokens":20}}""", 30, 50, 20, 5, false)]
    [InlineData("moonshot", """{"prompt_tokens":100,"completion_tokens":5,"total_tokens":105,"cached_tokens":60}""", 40, 60, 0, 5, false)]
    [InlineData("mistral", """{"prompt_tokens":152,"completion_tokens":12,"total_tokens":164,"num_cached_tokens":151}""", 1, 151, 0, 12, false)]
    [InlineData("mistral", """{"prompt_tokens":801,"completion_tokens":2,"num_cached_tokens":768,"prompt_token_details":{"cached_tokens":768},"prompt_tokens_details":{"cached_tokens":768}}""", 33, 768, 0, 2, false)]
    [InlineData("glm", """{"prompt_tokens":100,"completion_tokens":50,"total_tokens":150,"prompt_tokens_details":{"cached_tokens":60},"completion_tokens_details":{"reasoning_tokens":40}}""", 40, 60, 0, 50, false)]
    public void Chat(string vendor, string usage, long input, long read, long written, long output, bool clamped)
    {
        using var tap = DialectRooms.Upstream(Dialect.OpenAiChat).CreateTap(Operation.Generate, VendorUsage.Find(vendor));
        Feed.Event(tap, $$"""{"choices":[],"usage":{{usage}}}""").ShouldBe(EventKind.UsageOnly);
        var read0 = tap.Usage;
        (read0.Input, read0.CacheRead, read0.CacheWrite5m, read0.Output, read0.Clamped).ShouldBe((input, read, written, output, clamped));
    }

    [Fact]
    public void Deep_research_bills_reasoning_sources_and_searches_beside_the_completion()
    {
        using var tap = DialectRooms.Upstream(Dialect.OpenAiChat).CreateTap(Operation.Generate, VendorUsage.Find("perplexity"));
        Feed.Event(tap, """{"choices":[],"usage":{"prompt_tokens":33,"completion_tokens":7163,"total_tokens":7196,"citation_tokens":19028,"num_search_queries":18,"reasoning_tokens":95305}}""");
        (tap.Usage.Input, tap.Usage.Output, tap.Usage.Reasoning, tap.Usage.Citations, tap.Usage.ToolCalls.WebSearch).ShouldBe((33, 7163 + 95305, 95305, 19028, 18));
    }

    [Fact]
    public void The_Responses_of_xAI_hold_reasoning_inside_as_OpenAIs_do()
    {
        using var tap = DialectRooms.Upstream(Dialect.OpenAiResponses).CreateTap(Operation.Generate, VendorUsage.Find("xai"));
        Feed.Event(tap, """{"type":"response.completed","response":{"output":[],"status":"completed","usage":{"input_tokens":425,"output_tokens":322,"output_tokens_details":{"reasoning_tokens":273}}}}""");
        (tap.Usage.Output, tap.Usage.Reasoning).ShouldBe((322, 273));
    }

    [Fact]
    public void Messages_with_the_cache_inside_their_input()
    {
        const string start = """{"type":"message_start","message":{"content":[],"usage":{"input_tokens":1000,"cache_read_input_tokens":900,"cache_creation_input_tokens":60,"cache_creation":{"ephemeral_1h_input_tokens":50},"output_tokens":1}}}""";
        using var beside = DialectRooms.Upstream(Dialect.AnthropicMessages).CreateTap(Operation.Generate);
        Feed.Event(beside, start);
        (beside.Usage.Input, beside.Usage.CacheRead, beside.Usage.CacheWrite5m, beside.Usage.CacheWrite1h).ShouldBe((1000, 900, 10, 50));
        using var inside = DialectRooms.Upstream(Dialect.AnthropicMessages).CreateTap(Operation.Generate, VendorUsage.Find("messages-cache-inside"));
        Feed.Event(inside, start);
        (inside.Usage.Input, inside.Usage.CacheRead, inside.Usage.CacheWrite5m, inside.Usage.CacheWrite1h, inside.Usage.Clamped).ShouldBe((40, 900, 10, 50, false));
        using var odd = DialectRooms.Upstream(Dialect.AnthropicMessages).CreateTap(Operation.Generate, VendorUsage.Find("messages-cache-inside"));
        Feed.Event(odd, """{"type":"message_start","message":{"content":[],"usage":{"input_tokens":10,"cache_read_input_tokens":900,"output_tokens":1}}}""");
        (odd.Usage.Input, odd.Usage.Clamped).ShouldBe((0, true));
    }

    [Theory]
    [InlineData("standard", ""","speed":"fast","inference_geo":"us" """, "fast", "us")]
    [InlineData("standard", ""","speed":"standard","inference_geo":"not_available" """, "standard", null)]
    [InlineData("batch", "", "batch", null)]
    public void The_tier_and_the_region_that_served(string tier, string more, string served, string? region)
    {
        using var tap = DialectRooms.Upstream(Dialect.AnthropicMessages).CreateTap(Operation.Generate);
        Feed.Event(tap, """{"type":"message_start","message":{"content":[],"usage":{"input_tokens":10,"output_tokens":1,"service_tier":"TIER"MORE}}}"""
            .Replace("TIER", tier, StringComparison.Ordinal).Replace("MORE", more, StringComparison.Ordinal));
        Feed.Event(tap, $$$"""{"type":"message_delta","delta":{},"usage":{"output_tokens":5,"service_tier":"{{{tier}}}"}}""");
        (tap.ServiceTier, tap.Region).ShouldBe((served, region));
    }

    [Theory]
    [InlineData("api.x.ai", "xai")]
    [InlineData("us-east-1.api.x.ai", "xai")]
    [InlineData("OPENROUTER.ai", "openrouter")]
    [InlineData("ark.cn-beijing.volces.com", "doubao")]
    [InlineData("notapi.x.ai.example.com", "default")]
    [InlineData("localhost", "default")]
    [InlineData("127.0.0.1", "default")]
    [InlineData("", "default")]
    public void Rules_by_host(string host, string vendor) => VendorUsage.ForHost(host).Vendor.ShouldBe(vendor);

    [Fact]
    public void The_beginning_of_the_text_is_kept_and_no_more()
    {
        using var tap = DialectRooms.Upstream(Dialect.OpenAiChat).CreateTap(Operation.Generate);
        Feed.Event(tap, """{"choices":[{"delta":{"content":"Hel"}}]}""");
        Feed.Event(tap, """{"choices":[{"delta":{"content":"lo\n"}}]}""");
        System.Text.Encoding.UTF8.GetString(tap.KeptText).ShouldBe("Hello\\n");
        tap.KeptText.Length.ShouldBe((int)tap.OutputBytes);
        for (var i = 0; i < 100; i++)
            Feed.Event(tap, $$$"""{"choices":[{"delta":{"content":"{{{new string('x', 1000)}}}"}}]}""");
        tap.KeptText.Length.ShouldBe(ReplyTap.MostKept);
        tap.Dispose();
        tap.KeptText.Length.ShouldBe(0);
        tap.OutputBytes.ShouldBe(100_007);
    }
}
