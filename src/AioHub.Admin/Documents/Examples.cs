using System.Text.Json.Nodes;
using Microsoft.OpenApi;

namespace AioHub.Admin.Documents;

/// <summary>Examples of the forms that people look up first, by the form's name.</summary>
internal static class Examples
{
    private static readonly Dictionary<string, string> ByName = new(StringComparer.Ordinal)
    {
        ["PasswordRequest"] = """{"email":"ann@example.com","password":"correct horse battery"}""",
        ["CodeRequest"] = """{"code":"492039"}""",
        ["LinkRequest"] = """{"token":"4fGk0…"}""",
        ["SetUpRequest"] = """{"email":"ann@example.com","password":"correct horse battery","name":"Ann"}""",
        ["SignUpRequest"] = """{"email":"bo@example.com","password":"staple of the hub","name":"Bo","invitation":"9hTz2…"}""",
        ["ProfileRequest"] = """{"locale":"zh-CN","theme":"dark"}""",
        ["NewPasswordRequest"] = """{"current":"correct horse battery","new":"a better horse battery"}""",
        ["TokenRequest"] = """{"name":"ci","scopes":["me:read","admin:read"],"expires_at":"2027-01-01T00:00:00Z"}""",
        ["NewKeyRequest"] = """{"name":"laptop","groups":["anthropic","claude-bedrock"],"limits":{"usd_per_day":5,"rpm":60}}""",
        ["KeyChangeRequest"] = """{"groups":["auto"],"expires_at":null}""",
        ["NewUserRequest"] = """{"email":"bo@example.com","tags":["research"],"limits":{"usd_per_month":50}}""",
        ["UserChangeRequest"] = """{"enabled":false}""",
        ["InvitationRequest"] = """{"email":"bo@example.com"}""",
        ["RedemptionRequest"] = """{"code":"AIO-7K2QM-9XTRB-4WPDH-C3FZN"}""",
        ["MovementRequest"] = """{"amount_usd":25,"reason":"invoice 2026-118"}""",
        ["MovementReply"] = """{"entry_id":1042,"amount_usd":25,"balance_usd":37.25,"repeated":false}""",
        ["RefundRequest"] = """{"reason":"the upstream's answer was cut off"}""",
        ["TransferRequest"] = """{"from":3,"to":5,"amount_usd":10,"reason":"moved to the team's wallet"}""",
        ["NewCodesRequest"] = """{"count":20,"amount_usd":5,"expires_at":"2027-01-01T00:00:00Z","tag":"spring","reason":"spring meeting"}""",
        ["RevocationRequest"] = """{"tag":"spring"}""",
        ["PlaygroundTokenRequest"] = """{"key_id":7}""",
        ["PlaygroundTokenReply"] = """{"token":"ahp_AQAAAAAAAAAH…","ends_at":"2026-11-23T17:10:00Z"}""",
        ["NewModelRequest"] = """{"id":"house-model-1","display_name":"House Model 1","vendor":"house","kind":"chat","context_window":131072,"capabilities":["tools"]}""",
        ["ModelChangeRequest"] = """{"context_window":262144,"capabilities":null}""",
        ["ModelUseReply"] = """{"model":"house-model-1","served_by":["opensource"],"channels":["house"],"groups":[],"keys":1,"named_by_keys":[{"id":7,"name":"laptop","owner":"bo@example.com","alone":true}],"prices":1,"price_groups":[],"auto_rules":0}""",
        ["AutoChangeRequest"] = """{"order":["openai","anthropic"],"rules":[{"model":"gemini-*","groups":["gemini","opensource"],"clients":["GeminiCLI/*"]}]}""",
        ["PriceEditRequest"] = """{"model":"claude-opus-4-7","group":"claude-kiro","add":[{"from":"2026-12-01","input":3,"output":15,"cache_read":0.3}]}""",
        ["PricePreviewReply"] = """{"model":"claude-opus-4-7","group":"claude-kiro","new_model":false,"added":[{"from":"2026-12-01","input":3,"output":15}],"retired":[],"moves":[{"group":"claude-kiro","multiplier":0.4,"at":"2026-12-01T00:00:00Z","currency":"USD","rates":[{"name":"input","old":5,"new":3,"percent":-40}],"doubts":[]}],"groups":["claude-kiro"],"needs_force":false}""",
        ["PriceSyncRequest"] = """{"source":"https://models.dev/api.json","known_only":true}""",
        ["ConfigurationRequest"] = """{"text":"version: 1\ngroups:\n  - { name: claude-kiro, multiplier: 0.4 }\n","variables":{"KIRO_A":"…"}}""",
        ["ConfigurationPlanReply"] = """{"changes":[{"sort":"changed","what":"group claude-kiro","members":[{"field":"multiplier","before":"1","after":"0.4","line":"multiplier: 1 → 0.4"}]}]}""",
        ["ImportRequest"] = """{"upload":"9f86d081884c7d659a2feaa0c55ad015","origin":"new-api","balances":true}""",
        ["ImportLine"] = """{"step":"writing","done":120,"of":340}""",
        ["SyncLine"] = """{"step":"fetching","bytes":524288,"of":1830200}""",
        ["SessionReply"] = """{"signed_in":true,"user":{"id":1,"email":"ann@example.com","name":"Ann","role":"owner","totp":false,"has_password":true},"sign_up":"invite","providers":[],"passkeys":true,"version":"0.1.0"}""",
        ["KeyReply"] = """{"id":7,"name":"laptop","last_four":"x9Qz","groups":["auto"],"cross_group_failover":true,"models":[],"limits":{"rpm":60},"enabled":true,"created_at":"2026-11-23T17:00:00Z"}""",
        ["UserItem"] = """{"id":3,"email":"bo@example.com","role":"user","tags":["research"],"enabled":true,"multiplier":1,"limits":{},"has_password":true,"totp":false,"created_at":"2026-11-23T17:00:00Z"}""",
        ["CallItem"] = """{"request_id":"01KARQ7Z4M8W6V2T5Y9X3B1N0C","at":"2026-11-23T17:00:00Z","key_id":7,"key":"laptop","group":"anthropic","requested_model":"claude-opus-4-1","served_model":"claude-opus-4-1","dialect":"anthropic","operation":"generate","stream":true,"status":200,"outcome":"completed","input_tokens":310,"cache_read_tokens":18200,"cache_write_tokens":900,"output_tokens":640,"charge_usd":0.09573,"total_ms":8421.7,"first_byte_ms":903.2}""",
        ["CallStoryReply"] = """{"request_id":"01KARQ7Z4M8W6V2T5Y9X3B1N0C","at":"2026-11-23T17:00:00Z","key_id":7,"key":"laptop","dialect":"anthropic","operation":"generate","stream":true,"status":200,"outcome":"completed","group_id":2,"group":"anthropic","requested_model":"claude-opus-4-1","served_model":"claude-opus-4-1","stop":"end_turn","session_affinity":"hit","request_bytes":48211,"needs":["streaming","tools"],"route":{"multiplier":1,"owner_multiplier":1,"key_multiplier":1,"groups":[{"group":"anthropic","chosen":true,"reason":"serves the call","channels":[]}]},"attempts":[{"group":"anthropic","result":"ok","status":200,"ms":655.4}],"timing":{"total_ms":8421.7,"first_byte_ms":903.2},"tokens":{"total_input":310,"total_output":640,"reasoning":0,"source":"reported","clamped":false,"buckets":[{"what":"input","tokens":310},{"what":"output","tokens":640}]},"charge":{"usd":0.05265,"lines":[{"what":"input","quantity":310,"usd_per_million":15,"usd":0.00465},{"what":"output","quantity":640,"usd_per_million":75,"usd":0.048}],"multiplier":1,"factors":[],"price_version":"2026-11-20","clamped":false},"losses":[],"entries":[]}""",
        ["UsageLink"] = """{"group":"anthropic","channel":"anthropic-main","calls":1204,"errors":7,"caller_errors":3,"upstream_errors":4,"hub_errors":0,"cancelled":11,"input_tokens":380211,"cache_read_tokens":9120034,"cache_write_tokens":410233,"output_tokens":611022,"charge_usd":81.2,"cost_usd":60.9,"lost_usd":0.02,"margin_usd":20.3,"attempts":1213,"failed_attempts":9,"p50_ms":4210,"p95_ms":18300,"p99_ms":40100}""",
        ["AlertReply"] = """{"id":12,"kind":"channel_failing","state":"open","owner":"channel","owner_id":3,"name":"openai","title":"Channel openai is failing","text":"62 % of 180 attempts failed in the last 5 minutes.","facts":{"share":"0.62","calls":"180","minutes":"5"},"opened_at":"2026-11-23T17:00:00Z"}""",
        ["RuleRequest"] = """{"enabled":true,"numbers":{"share":0.4,"minutes":10}}""",
        ["NewTargetRequest"] = """{"name":"on-call","type":"webhook","address":"https://example.com/hooks/aiohub","kinds":["channel_failing","spend_anomaly"]}""",
        ["TargetReply"] = """{"id":2,"name":"on-call","type":"webhook","address":"https://example.com/hooks/aiohub","kinds":["channel_failing"],"locale":"en","allow_private_network":false,"enabled":true,"created_at":"2026-11-23T17:00:00Z"}""",
        ["WishesRequest"] = """{"by_email":true,"low_balance_usd":5}""",
        ["HubSettingsRequest"] = """{"sign_up":"open","public_address":"https://hub.example.com","mail":{"host":"smtp.example.com","port":587,"security":"start_tls","user":"hub","password":"…","from":"hub@example.com"}}""",
        ["AuditLine"] = """{"id":42,"at":"2026-11-23T17:00:00Z","actor":"ann@example.com","actor_id":1,"how":"session","action":"changed","subject":"wallet 7","subject_id":7,"subject_name":"bo@example.com","changes":[{"note":"top_up: 20 USD"},{"note":"entry: 51"},{"note":"reason: invoice 2026-11"}],"address":"192.0.2.7"}""",
    };

    public static void AddTo(OpenApiDocument document)
    {
        foreach (var (name, schema) in document.Components?.Schemas ?? new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal))
        {
            if (ByName.TryGetValue(name, out var example) && schema is OpenApiSchema own)
            {
                own.Examples = [JsonNode.Parse(example)!];
            }
        }
    }
}
