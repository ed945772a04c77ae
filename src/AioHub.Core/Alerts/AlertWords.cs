using System.Globalization;
using AioHub.Core.Ledger;
using AioHub.Core.Primitives;

namespace AioHub.Core.Alerts;

/// <summary>An alert in words: English, or Chinese for <c>zh-CN</c>.</summary>
public static class AlertWords
{
    /// <summary>One line, without what changes from try to try.</summary>
    /// <param name="told"><c>opened</c>, <c>closed</c> or <c>test</c>.</param>
    public static string Title(Alert alert, string told, string locale)
    {
        var chinese = IsChinese(locale);
        var what = What(alert, chinese);
        return told switch
        {
            "test" => chinese ? $"测试：{what}" : $"Test: {what}",
            "closed" => chinese ? $"已恢复：{what}" : $"Over: {what}",
            _ => what,
        };
    }

    /// <summary>What it is, in a sentence or two.</summary>
    public static string Body(Alert alert, string told, string locale)
    {
        var chinese = IsChinese(locale);
        var detail = Detail(alert, chinese);
        return told switch
        {
            "test" => chinese ? "这是一封测试消息，没有发生任何事。" : "This is a test. Nothing has happened.",
            "closed" => chinese ? $"它不再成立。此前：{detail}" : $"It no longer holds. It was: {detail}",
            _ => detail,
        };
    }

    private static bool IsChinese(string locale) => locale.StartsWith("zh", StringComparison.OrdinalIgnoreCase);

    private static string What(Alert alert, bool chinese) => (alert.Kind, chinese) switch
    {
        (AlertKinds.ChannelFailing, false) => $"Channel {alert.Name} is failing",
        (AlertKinds.ChannelFailing, true) => $"渠道 {alert.Name} 出现故障",
        (AlertKinds.SpendAnomaly, false) => "Spending is unusually high",
        (AlertKinds.SpendAnomaly, true) => "消费异常偏高",
        (AlertKinds.PriceMissing, false) => $"Model {alert.Name} has no price",
        (AlertKinds.PriceMissing, true) => $"模型 {alert.Name} 没有价格",
        (AlertKinds.QuotaLow, false) => $"Quota of {Owner(alert, false)} is low",
        (AlertKinds.QuotaLow, true) => $"{Owner(alert, true)}的配额不足",
        (AlertKinds.QuotaUsedUp, false) => $"Quota of {Owner(alert, false)} is used up",
        (AlertKinds.QuotaUsedUp, true) => $"{Owner(alert, true)}的配额已用完",
        (AlertKinds.SoftLimit or AlertKinds.KeyBudget, false) => $"Limit of {Owner(alert, false)} is {Percent(alert)} spent",
        (AlertKinds.SoftLimit or AlertKinds.KeyBudget, true) => $"{Owner(alert, true)}的限额已用 {Percent(alert)}",
        (AlertKinds.LowBalance, false) => $"Balance of {alert.Name} is low",
        (AlertKinds.LowBalance, true) => $"{alert.Name} 的余额不足",
        (AlertKinds.KeyExpiring, false) => $"API key {alert.Name} ends soon",
        (AlertKinds.KeyExpiring, true) => $"API 密钥 {alert.Name} 即将到期",
        (AlertKinds.GroupExpired, false) => $"Expired group {alert.Name} is still in use",
        (AlertKinds.GroupExpired, true) => $"分组 {alert.Name} 已到期但仍在使用",
        _ => alert.Kind,
    };

    private static string Detail(Alert alert, bool chinese) => (alert.Kind, chinese) switch
    {
        (AlertKinds.ChannelFailing, false) => alert.Facts.TryGetValue("share", out var share)
            ? $"{Share(share)} of {Fact(alert, "calls")} attempts failed in the last {Fact(alert, "minutes")} minutes."
            : $"All {Fact(alert, "credentials")} of its credentials rest after failures, so no call goes there.",
        (AlertKinds.ChannelFailing, true) => alert.Facts.TryGetValue("share", out var part)
            ? $"最近 {Fact(alert, "minutes")} 分钟内，{Fact(alert, "calls")} 次尝试中有 {Share(part)} 失败。"
            : $"其全部 {Fact(alert, "credentials")} 个凭据均因失败而暂停，调用不会再发往该渠道。",
        (AlertKinds.SpendAnomaly, false) =>
            $"{Usd(alert.Spent)} were spent in this hour so far. In the same hour (UTC {Fact(alert, "hour")}:00) of the last {Fact(alert, "days")} days it was {Usd(alert.Limit)} in the middle.",
        (AlertKinds.SpendAnomaly, true) =>
            $"本小时至今已消费 {Usd(alert.Spent)}。过去 {Fact(alert, "days")} 天同一小时（UTC {Fact(alert, "hour")}:00）的中位数为 {Usd(alert.Limit)}。",
        (AlertKinds.PriceMissing, false) => "A call asked for it and was refused. Set a price, or a fallback price for all models without one.",
        (AlertKinds.PriceMissing, true) => "有调用请求该模型并被拒绝。请设置价格，或为没有价格的模型设置后备价格。",
        (AlertKinds.QuotaLow or AlertKinds.QuotaUsedUp, false) => $"{Usd(alert.Spent)} are left. A top-up ends this.",
        (AlertKinds.QuotaLow or AlertKinds.QuotaUsedUp, true) => $"剩余 {Usd(alert.Spent)}。充值后即恢复。",
        (AlertKinds.SoftLimit or AlertKinds.KeyBudget, false) => $"{Usd(alert.Spent)} of {Usd(alert.Limit)} are spent ({PeriodOf(alert, false)}).",
        (AlertKinds.SoftLimit or AlertKinds.KeyBudget, true) => $"已消费 {Usd(alert.Spent)}，限额 {Usd(alert.Limit)}（{PeriodOf(alert, true)}）。",
        (AlertKinds.LowBalance, false) => $"{Usd(alert.Spent)} are left, which is below {Usd(alert.Limit)}.",
        (AlertKinds.LowBalance, true) => $"剩余 {Usd(alert.Spent)}，低于 {Usd(alert.Limit)}。",
        (AlertKinds.KeyExpiring, false) => $"It ends at {Fact(alert, "until")}. Calls with it are refused from then on.",
        (AlertKinds.KeyExpiring, true) => $"将于 {Fact(alert, "until")} 到期，此后使用它的调用会被拒绝。",
        (AlertKinds.GroupExpired, false) => $"{Fact(alert, "keys")} enabled keys still name it. Name another group in them, or let a replacement serve them.",
        (AlertKinds.GroupExpired, true) => $"仍有 {Fact(alert, "keys")} 个已启用的密钥使用它。请为它们更换分组，或启用替代分组。",
        _ => alert.Kind,
    };

    private static string Owner(Alert alert, bool chinese) => chinese
        ? $"{alert.Owner switch { AlertOwner.Key => "密钥", AlertOwner.User => "用户", AlertOwner.Group => "分组", AlertOwner.Channel => "渠道", AlertOwner.Credential => "凭据", _ => "" }} {alert.Name} "
        : $"{AlertOwners.NameOf(alert.Owner)} {alert.Name}";

    private static string PeriodOf(Alert alert, bool chinese) => alert.Period switch
    {
        BudgetPeriod.Day => chinese ? "每日" : "a day",
        BudgetPeriod.Week => chinese ? "每周" : "a week",
        BudgetPeriod.Month => chinese ? "每月" : "a month",
        _ => chinese ? "总计" : "in total",
    };

    private static string Usd(NanoUsd amount) => string.Create(CultureInfo.InvariantCulture, $"${amount.ToUsd():0.00##}");

    private static string Percent(Alert alert) => alert.Facts.TryGetValue("percent", out var percent) ? percent + " %" : Share((alert.Limit.Value == 0 ? 0 : (decimal)alert.Spent.Value / alert.Limit.Value).ToString(CultureInfo.InvariantCulture));

    private static string Share(string share) => (decimal.Parse(share, CultureInfo.InvariantCulture) * 100).ToString("0.#", CultureInfo.InvariantCulture) + " %";

    private static string Fact(Alert alert, string name) => alert.Facts.GetValueOrDefault(name, "?");
}
